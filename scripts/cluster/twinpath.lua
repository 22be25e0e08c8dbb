-- Environment module (Lmod) of an installed twinpath: copy to MODULEPATH/twinpath/0.1.0.lua and set root to the
-- CMAKE_INSTALL_PREFIX that it was installed with. Then: module load twinpath
local root = "/opt/twinpath/0.1.0"

help([[twinpath: simulation of patient journeys and of the support that changes them. twinpath --help]])
whatis("Name: twinpath")
whatis("Version: 0.1.0")
prepend_path("PATH", pathJoin(root, "bin"))
prepend_path("MANPATH", pathJoin(root, "share/man"))
prepend_path("PYTHONPATH", pathJoin(root, "share/twinpath")) -- import twinpath; R: source(".../twinpath.R")
prepend_path("LD_LIBRARY_PATH", pathJoin(root, "lib"))
prepend_path("PKG_CONFIG_PATH", pathJoin(root, "lib/pkgconfig"))
