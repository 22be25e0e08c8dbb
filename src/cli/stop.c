#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

/* The one variable of the program that changes at file scope: a handler reaches nothing else. */
static volatile sig_atomic_t is_asked = 0;

static void
take_signal(int number)
{
    if (is_asked) {
        signal(number, SIG_DFL);
        raise(number);
    }
    is_asked = 1;
}

void
twp_stop_listen(void)
{
    struct sigaction action = { .sa_handler = take_signal, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool
twp_stop_is_asked(void *context)
{
    (void) context;
    return is_asked != 0;
}
