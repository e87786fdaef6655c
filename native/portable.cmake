# AI_ARTIST_PORTABLE=ON, the mode of the prebuilds: one addon for every machine of an architecture.
#
#   ai_artist.node                the binding, the engine; baseline instructions only
#   libai-artist-ggml-base.so     ggml's tensor library; baseline instructions only
#   libai-artist-ggml.so          ggml's registry of devices
#   libggml-cpu-<variant>.so      the CPU kernels once per instruction set; ggml loads the best that runs here
#
# All are in one folder and find each other by $ORIGIN. ggml's libraries have names (and sonames) of our own: the dynamic loader treats
# two libraries with the same soname as one, and another package in the process may bring its own ggml with another struct layout.
set(BUILD_SHARED_LIBS ON CACHE BOOL "" FORCE)
set(SD_BUILD_SHARED_GGML_LIB ON CACHE BOOL "" FORCE)
set(GGML_BACKEND_DL ON CACHE BOOL "" FORCE)
set(GGML_NATIVE OFF CACHE BOOL "" FORCE)
set(GGML_CPU_ALL_VARIANTS ON CACHE BOOL "" FORCE)
set(CMAKE_PLATFORM_NO_VERSIONED_SONAME ON)

# x86-64 kernels we ship, weakest first; each names the first CPU that has its whole instruction set. The engine has fourteen; we leave
# out those that gain little over their neighbour (sandybridge, cannonlake, …), at 1 MB and half a minute of compiling each.
set(AI_ARTIST_CPU_VARIANTS sse42 haswell alderlake skylakex icelake zen4 sapphirerapids)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND NOT MSVC)
    # x86-64-v2, written in flags that older compilers understand.
    add_compile_options(-msse3 -mssse3 -msse4.1 -msse4.2 -mpopcnt -mcx16)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # A distribution's libstdc++ may be older than this compiler's, so it is linked in and hidden. libgcc_s stays shared: every Linux
    # has it, and the static one of a new GCC would need a newer glibc (_dl_find_object, 2.35).
    add_link_options(-static-libstdc++ -Wl,--exclude-libs,ALL -Wl,--gc-sections)
endif()

# ggml's CMake files make every variant a dependency of "ggml". The ones we do not ship are dropped here, so they are never compiled.
function(add_dependencies target)
    set(wanted ${ARGN})
    if(target STREQUAL "ggml" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
        foreach(dependency ${ARGN})
            if(dependency MATCHES "^ggml-cpu-(.+)$" AND NOT CMAKE_MATCH_1 IN_LIST AI_ARTIST_CPU_VARIANTS)
                list(REMOVE_ITEM wanted ${dependency})
            endif()
        endforeach()
    endif()
    if(wanted)
        _add_dependencies(${target} ${wanted})
    endif()
endfunction()

# Every module target of the engine's ggml that is built: CPU variants and GPU backends.
function(ai_artist_backend_modules result)
    get_target_property(modules ggml MANUALLY_ADDED_DEPENDENCIES)
    if(NOT modules)
        set(modules "")
    endif()
    set(${result} ${modules} PARENT_SCOPE)
endfunction()

# Sets names, places and search paths. Call it after the targets exist.
function(ai_artist_make_portable addon)
    ai_artist_backend_modules(modules)
    set_target_properties(ggml-base PROPERTIES OUTPUT_NAME ai-artist-ggml-base)
    set_target_properties(ggml PROPERTIES OUTPUT_NAME ai-artist-ggml)
    if(APPLE)
        set(origin "@loader_path")
    else()
        set(origin "$ORIGIN")
    endif()
    set(folder ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
    if(WIN32)
        set(folder ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${CMAKE_BUILD_TYPE})
    endif()
    foreach(library ggml-base ggml ${modules})
        set_property(TARGET ${library} PROPERTY VERSION)
        set_property(TARGET ${library} PROPERTY SOVERSION)
        set_target_properties(${library} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${folder} RUNTIME_OUTPUT_DIRECTORY ${folder}
            BUILD_RPATH_USE_ORIGIN ON BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH ${origin} MACOSX_RPATH ON)
        if(NOT MSVC)
            target_compile_options(${library} PRIVATE -w)
        endif()
        if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
            target_link_options(${library} PRIVATE -Wl,-Bsymbolic -Wl,-s)
        endif()
    endforeach()
    foreach(module ${modules})
        set_target_properties(${module} PROPERTIES NO_SONAME ON)
        add_dependencies(${addon} ${module})
    endforeach()
    set_target_properties(${addon} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH ${origin})
    target_compile_definitions(${addon} PRIVATE AI_ARTIST_PORTABLE=1)
endfunction()
