# Our CPU kernels are compiled into each library of ggml's CPU backend (one, or one for each instruction set), with its instructions.
set(ai_artist_native_dir ${CMAKE_CURRENT_LIST_DIR}/..)

function(ai_artist_add_kernels library)
    file(GLOB sources CONFIGURE_DEPENDS ${ai_artist_native_dir}/kernels/*/*.cpp)
    target_sources(${library} PRIVATE ${sources})
    set_source_files_properties(${sources} TARGET_DIRECTORY ${library} PROPERTIES INCLUDE_DIRECTORIES ${ai_artist_native_dir})
endfunction()

# The libraries of ggml's CPU backend in this build.
function(ai_artist_cpu_libraries result)
    set(found "")
    get_target_property(dependencies ggml MANUALLY_ADDED_DEPENDENCIES)
    foreach(library ggml-cpu ${dependencies})
        if(TARGET ${library} AND library MATCHES "^ggml-cpu")
            list(APPEND found ${library})
        endif()
    endforeach()
    set(${result} ${found} PARENT_SCOPE)
endfunction()
