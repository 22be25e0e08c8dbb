# Run at every build: writes twp_build_facts.h, which changes only when one of its facts does.
# Needs SOURCE_DIR, INPUT, OUTPUT and the TWP_FACT_ variables that INPUT names.
set(TWP_FACT_COMMIT "unknown")
find_program(GIT_PROGRAM git)
if(GIT_PROGRAM AND EXISTS "${SOURCE_DIR}/.git")
    execute_process(COMMAND ${GIT_PROGRAM} describe --always --dirty
        WORKING_DIRECTORY "${SOURCE_DIR}"
        RESULT_VARIABLE result OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(result EQUAL 0)
        set(TWP_FACT_COMMIT "${commit}")
    endif()
endif()
# What the library is made of, whatever the compiler and the state of the checkout: parts of a run join when it is the same.
file(GLOB_RECURSE sources RELATIVE "${SOURCE_DIR}"
    "${SOURCE_DIR}/src/*.c" "${SOURCE_DIR}/src/*.h" "${SOURCE_DIR}/include/*.h")
list(FILTER sources EXCLUDE REGEX "^src/(cli|mpi)/")
list(SORT sources)
set(sums "")
foreach(source IN LISTS sources)
    file(SHA256 "${SOURCE_DIR}/${source}" sum)
    string(APPEND sums "${sum}  ${source}\n")
endforeach()
string(SHA256 sum "${sums}")
string(SUBSTRING "${sum}" 0 16 TWP_FACT_SOURCES)
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
