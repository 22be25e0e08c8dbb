# Writes OUTPUT, a C header with the files of FOLDER/*.yaml as bytes: those that `twinpath new` copies.
file(GLOB files "${FOLDER}/*.yaml")
list(SORT files)
set(arrays "")
set(rows "")
set(choices "")
foreach(file IN LISTS files)
    cmake_path(GET file STEM name)
    file(READ "${file}" bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
    string(APPEND arrays "static const char twp_template_${name}[] = {\n${bytes}0 };\n")
    string(APPEND rows "    { \"${name}\", twp_template_${name} },\n")
    list(APPEND choices "${name}")
endforeach()
list(JOIN choices "|" choices)
file(WRITE "${OUTPUT}.part" "/* Made of scenarios/templates/ when the program was built. */
${arrays}
#define TWP_TEMPLATE_CHOICES \"${choices}\"
static const struct {
    const char *name, *text;
} twp_templates[] = {
${rows}};
")
file(RENAME "${OUTPUT}.part" "${OUTPUT}")
