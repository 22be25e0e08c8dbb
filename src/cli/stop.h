/** Stopping a run by SIGINT or SIGTERM: the first asks, the second ends the program at once. SIGUSR1, which
 * batch systems send before the time is up, only asks. */
#ifndef TWP_CLI_STOP_H
#define TWP_CLI_STOP_H

#include <stdbool.h>

/** From now on the signals ask to stop. */
void twp_stop_listen(void);
/** Was a stop asked for? For should_stop of a run; context is not used. */
bool twp_stop_is_asked(void *context);

#endif
