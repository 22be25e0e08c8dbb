/**
 * Twinpath: the whole public face of libtwinpath.
 *
 * A study (YAML) is read and checked into a twp_study_t, run into a results file (HDF5), and the
 * file is read back into a summary. Every function that can fail returns a twp_status_t and takes a
 * caller-owned twp_error_t last, which may be NULL. The library never prints and never exits.
 */
#ifndef TWINPATH_H
#define TWINPATH_H

#include "twinpath/base.h"
#include "twinpath/cohort.h"
#include "twinpath/replay.h"
#include "twinpath/run.h"
#include "twinpath/study.h"
#include "twinpath/summary.h"
#include "twinpath/sweep.h"

#endif
