#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

/* The one variable of the program that changes at file scope: a handler reaches nothing else. */
static volatile sig_atomic_t asked = 0; /* 1: by SIGUSR1, which a SIGTERM may follow; 2: urgently */

static void
take_signal(int number)
{
    if (number == SIGUSR1) {
        asked = asked > 1 ? asked : 1;
        return;
    }
    if (asked == 2) {
        signal(number, SIG_DFL);
        raise(number);
    }
    asked = 2;
}

void
twp_stop_listen(void)
{
    struct sigaction action = { .sa_handler = take_signal, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL); /* what batch systems send before the time is up */
    signal(SIGXFSZ, SIG_IGN); /* a limit to the size of files: the write fails, as on a full disk */
}

bool
twp_stop_is_asked(void *context)
{
    (void) context;
    return asked != 0;
}
