# The libraries that libtwinpath is built on. Read by the build and by twinpath-config.cmake, so that
# a program which links the static library finds the same ones.
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
pkg_search_module(TWP_HDF5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)
pkg_check_modules(TWP_DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(TWP_SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(TWP_YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(TWP_JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(TWP_GSL REQUIRED IMPORTED_TARGET gsl)

# Dimension scales live in HDF5's high-level library, which has no pkg-config file of its own.
find_library(TWP_HDF5_HL_LIBRARY NAMES hdf5_serial_hl hdf5_hl
    HINTS ${TWP_HDF5_LIBRARY_DIRS} REQUIRED)
if(NOT TARGET twinpath::hdf5_hl)
    add_library(twinpath::hdf5_hl UNKNOWN IMPORTED)
    set_target_properties(twinpath::hdf5_hl PROPERTIES
        IMPORTED_LOCATION "${TWP_HDF5_HL_LIBRARY}"
        INTERFACE_LINK_LIBRARIES PkgConfig::TWP_HDF5)
endif()
