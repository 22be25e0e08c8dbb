#include "results/hdf5_error.h"

#include <stdio.h>
#include <string.h>

void
twp_hdf5_quiet(twp_hdf5_quiet_t *before)
{
    before->report = NULL;
    before->data = NULL;
    (void) H5Eget_auto2(H5E_DEFAULT, &before->report, &before->data);
    (void) H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void
twp_hdf5_restore(const twp_hdf5_quiet_t *before)
{
    (void) H5Eset_auto2(H5E_DEFAULT, before->report, before->data);
}

/* Of "..., errno = 28, error message = 'No space left on device', ..." only what is in quotes: the
 * rest has the time of day and would make messages differ. */
static herr_t
take_reason(unsigned i_entry, const H5E_error2_t *entry, void *data)
{
    static const char mark[] = "error message = '";
    char *const reason = data;
    const char *text = entry->desc != NULL ? entry->desc : "";
    const char *const found = strstr(text, mark);

    (void) i_entry;
    if (found != NULL) {
        text = found + sizeof mark - 1;
        (void) snprintf(reason, TWP_HDF5_REASON_SIZE, "%.*s", (int) strcspn(text, "'"), text);
        return 1; /* the system's words: look no further */
    }
    if (reason[0] == '\0')
        (void) snprintf(reason, TWP_HDF5_REASON_SIZE, "%s", text);
    return 0;
}

const char *
twp_hdf5_reason(char reason[TWP_HDF5_REASON_SIZE])
{
    reason[0] = '\0';
    (void) H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
    if (reason[0] == '\0')
        (void) snprintf(reason, TWP_HDF5_REASON_SIZE, "HDF5 gave no reason");
    return reason;
}
