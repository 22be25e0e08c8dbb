#include "cli/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal's handler writes what threads read");

/* The one variable of the program that changes at file scope: a handler reaches nothing else. */
static atomic_int asked = 0; /* 1: by SIGUSR1, which a SIGTERM may follow; 2: urgently */

static void
take_signal(int number)
{
    int nothing = 0;

    if (number == SIGUSR1) {
        (void) atomic_compare_exchange_strong(&asked, &nothing, 1);
        return;
    }
    if (atomic_exchange(&asked, 2) == 2) {
        signal(number, SIG_DFL);
        raise(number);
    }
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
    return atomic_load(&asked) != 0;
}
