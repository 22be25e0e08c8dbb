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
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
