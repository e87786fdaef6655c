# The CPU kernels once more per instruction set that this machine has, so that each way through them is tested, not only the machine's own.
# Writes cpu-variants.txt: a line "<variant> runs" or "<variant> cannot run: <why>" each.
#
# The engine never places weights in ggml's AMX buffers; of AMX, only native/kernels makes use.

# Names of /proc/cpuinfo; the compiler's flags are the same words.
set(sse42 sse4_2)
set(avx2 ${sse42} avx f16c fma avx2 bmi2)
set(avx512 ${avx2} avx512f avx512cd avx512vl avx512dq avx512bw)
set(avx512-bf16 ${avx512} avx512vbmi avx512_vnni avx512_bf16)
set(avx512-fp16 ${avx512-bf16} avx512_fp16)
set(amx ${avx512-bf16} amx_tile amx_bf16)
set(variants sse42 avx2 avx512 avx512-bf16 avx512-fp16 amx)

set(cpu_flags "")
if(EXISTS /proc/cpuinfo)
    file(STRINGS /proc/cpuinfo cpu_flags REGEX "^flags" LIMIT_COUNT 1)
    string(REGEX REPLACE "^[^:]*: *" "" cpu_flags "${cpu_flags}")
    separate_arguments(cpu_flags)
endif()

set(cpu_dir ${AI_ARTIST_ENGINE_DIR}/ggml/src/ggml-cpu)
file(GLOB cpu_sources ${cpu_dir}/*.c ${cpu_dir}/*.cpp ${cpu_dir}/amx/*.cpp ${cpu_dir}/arch/x86/*.c ${cpu_dir}/arch/x86/*.cpp
    ${cpu_dir}/llamafile/*.cpp)
list(FILTER cpu_sources EXCLUDE REGEX "cpu-feats")

include(${root}/native/kernels/kernels.cmake)

# Adds the library ggml-cpu-<variant> and says so in `usable`, or why not in cpu-variants.txt.
set(usable "")
set(report "")
foreach(variant ${variants})
    set(missing "")
    set(flags "")
    foreach(word ${${variant}})
        if(NOT word IN_LIST cpu_flags)
            list(APPEND missing ${word})
        endif()
        string(REPLACE "sse4_2" "sse4.2" flag ${word})
        if(NOT word MATCHES "^amx")
            string(REPLACE "_" "" flag ${flag})
        endif()
        string(REPLACE "_" "-" flag ${flag})
        list(APPEND flags -m${flag})
    endforeach()
    if(missing)
        list(JOIN missing " " missing)
        string(APPEND report "${variant} cannot run: this machine has no ${missing}\n")
        continue()
    endif()
    include(CheckCXXCompilerFlag)
    list(GET flags -1 last_flag)
    check_cxx_compiler_flag(${last_flag} compiles_${variant})
    if(NOT compiles_${variant})
        string(APPEND report "${variant} cannot run: this compiler has no ${last_flag}\n")
        continue()
    endif()
    add_library(ggml-cpu-${variant} STATIC ${cpu_sources})
    # Optimised, whatever the build type: what is tested is what ships.
    target_compile_options(ggml-cpu-${variant} PRIVATE -O2 -w ${flags} $<$<COMPILE_LANGUAGE:C>:-fexceptions>)
    target_compile_definitions(ggml-cpu-${variant} PRIVATE NDEBUG _GNU_SOURCE GGML_MAX_NAME=128 GGML_SCHED_MAX_COPIES=4
        GGML_USE_CPU_REPACK GGML_USE_LLAMAFILE)
    target_include_directories(ggml-cpu-${variant} PRIVATE ${cpu_dir} ${cpu_dir}/.. ${AI_ARTIST_ENGINE_DIR}/ggml/include)
    ai_artist_add_kernels(ggml-cpu-${variant})
    list(APPEND usable ${variant})
    string(APPEND report "${variant} runs\n")
endforeach()
file(WRITE ${CMAKE_BINARY_DIR}/cpu-variants.txt "${report}")
