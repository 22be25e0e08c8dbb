/** How far a run in parts is, told to people. */
#ifndef TWP_CLI_SWEEP_STATUS_H
#define TWP_CLI_SWEEP_STATUS_H

/** Prints it on standard output. Returns 0 (all is there), 75 (something is missing), 1 or 2. */
int twp_sweep_status_print(const char *folder);

#endif
