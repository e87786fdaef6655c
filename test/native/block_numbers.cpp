// Patch 0081: numbers of blocks are bounded by what the file holds, before anything is built.
#include <stdexcept>

#include "model.h"
#include "support/check.h"

static std::string number_of(const std::string& digits, const String2TensorStorage& tensors) {
    try {
        return std::to_string(block_number(digits, tensors));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

int main() {
    String2TensorStorage three;
    for (const char* name : {"a", "b", "c"}) {
        three[name].name = name;
    }
    String2TensorStorage many;
    for (int i = 0; i < 5000; i++) {
        many["t" + std::to_string(i)].name = "t";
    }
    for (const char* digits : {"0", "2", "2.attn", "", "x", "-5", "002"}) {
        const std::string number = number_of(digits, three);
        const std::string wanted = digits[0] == '2' || digits[0] == '0' ? std::to_string(std::atoi(digits)) : "0";
        check(number == wanted, std::string("reads \"") + digits + "\" as " + wanted, number);
    }
    for (const char* digits : {"3", "2000", "2000000000", "99999999999999999999999999"}) {
        const std::string said = number_of(digits, three);
        check(said.find("expected less than 3, as the file holds 3 tensors") != std::string::npos, std::string("refuses ") + digits + " in a file of three", said);
    }
    check(number_of("999", many) == "999", "reads 999 in a file of 5000");
    check(number_of("1000", many).find("expected less than 1000") != std::string::npos, "refuses 1000 in a file of 5000");
    return result();
}
