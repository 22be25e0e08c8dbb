# twinpath_hdf5 is HDF5 as this build links it. Debian's shared library brings thirty others with it, curl's and
# Kerberos' among them, whose loading takes 8 of the 10 ms in which a program starts. Programs that start often
# (TWP_STARTS_OFTEN) take HDF5 from its archives, where they lie beside the library and can be linked. Sanitizers know
# what is not theirs by the name of the shared library.
option(TWP_HDF5_ARCHIVES "Link the programs with HDF5's archives, where there are some" ON)

set(twp_use_archives FALSE)
if(TWP_HDF5_ARCHIVES AND NOT BUILD_SHARED_LIBS AND NOT TWP_SANITIZE)
    find_library(TWP_HDF5_ARCHIVE NAMES libhdf5_serial.a libhdf5.a
        PATHS ${TWP_HDF5_LIBRARY_DIRS} NO_DEFAULT_PATH)
    find_library(TWP_HDF5_HL_ARCHIVE NAMES libhdf5_serial_hl.a libhdf5_hl.a
        PATHS ${TWP_HDF5_LIBRARY_DIRS} NO_DEFAULT_PATH)
    mark_as_advanced(TWP_HDF5_ARCHIVE TWP_HDF5_HL_ARCHIVE)
    if(TWP_HDF5_ARCHIVE AND TWP_HDF5_HL_ARCHIVE)
        include(CheckCSourceCompiles)
        set(twp_hdf5_archives ${TWP_HDF5_HL_ARCHIVE} ${TWP_HDF5_ARCHIVE} sz z ${CMAKE_DL_LIBS} m)
        set(CMAKE_REQUIRED_INCLUDES ${TWP_HDF5_INCLUDE_DIRS})
        set(CMAKE_REQUIRED_LIBRARIES ${twp_hdf5_archives})
        check_c_source_compiles("
            #include <hdf5.h>
            #include <hdf5_hl.h>
            int main(void) { return H5open() < 0 || H5DSis_scale(0) > 0; }" TWP_HDF5_ARCHIVES_LINK)
        unset(CMAKE_REQUIRED_INCLUDES)
        unset(CMAKE_REQUIRED_LIBRARIES)
        set(twp_use_archives ${TWP_HDF5_ARCHIVES_LINK})
    endif()
endif()

add_library(twinpath_hdf5 INTERFACE)
if(twp_use_archives)
    set(twp_takes_archives $<BOOL:$<TARGET_PROPERTY:TWP_STARTS_OFTEN>>)
    target_include_directories(twinpath_hdf5 SYSTEM INTERFACE ${TWP_HDF5_INCLUDE_DIRS})
    target_link_libraries(twinpath_hdf5 INTERFACE
        "$<${twp_takes_archives}:${twp_hdf5_archives}>"
        "$<$<NOT:${twp_takes_archives}>:twinpath::hdf5_hl;PkgConfig::TWP_HDF5>")
else()
    target_link_libraries(twinpath_hdf5 INTERFACE twinpath::hdf5_hl PkgConfig::TWP_HDF5)
endif()
