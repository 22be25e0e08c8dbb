/**
 * Making a file appear whole or not at all: temporary names, what earlier attempts left behind, and
 * the last step.
 */
#ifndef TWP_RESULTS_PUBLISH_H
#define TWP_RESULTS_PUBLISH_H

#include "results/writer.h"
#include "twinpath.h"

typedef struct {
    char *path;     /**< the file as the caller named it */
    char *folder;   /**< "." where path has none */
    char *name;     /**< last part of path */
    char *tmp_path; /**< folder/.<name>.<host>.<pid>.tmp */
    char *sum_path; /**< path.sha256 */
    char *sum_tmp_path;
} twp_publish_t;

/**
 * Names for path; clear with twp_publish_clear(), also after a failure. TWP_ERR_ARGUMENT for a name
 * that is empty, too long for its temporary name, or that sha256sum would have to escape, and where
 * something is there that is no file: a folder, a device, a pipe.
 */
TWP_CHECK_RESULT twp_status_t twp_publish_init(
    twp_publish_t *publish, const char *path, twp_error_t *err);
void twp_publish_clear(twp_publish_t *publish);

/**
 * Removes temporary files of the same path whose process on this host is gone or is this one, or
 * that were not touched for a day. Errors are ignored: what stays is in nobody's way.
 */
void twp_publish_remove_stale(const twp_publish_t *publish);

/** The same for all temporary files in a folder, whatever the path. */
void twp_publish_remove_all_stale(const char *folder);

/** Opens an unnamed file in the target folder, gone when closed. TWP_ERR_IO when it cannot be. */
TWP_CHECK_RESULT twp_status_t twp_publish_open_spool(
    const twp_publish_t *publish, int *file, twp_error_t *err);

/**
 * Syncs tmp_path, publishes it under path, syncs the folder and writes path.sha256.
 * @param digest  content digest of the file, compared where path exists and overwrite is false:
 *                equal is success (tmp_path is removed, a missing .sha256 is written), different or
 *                unreadable is TWP_ERR_EXISTS
 * On failure tmp_path is removed and path is as it was, except when only the .sha256 or the last
 * sync failed: then path is the whole new file.
 */
TWP_CHECK_RESULT twp_status_t twp_publish_file(const twp_publish_t *publish, bool overwrite,
    const char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);

/** Creates tmp_path and writes text into it, for twp_publish_plain(). */
TWP_CHECK_RESULT twp_status_t twp_publish_write_text(
    const twp_publish_t *publish, const char *text, twp_error_t *err);

/**
 * The same for a file of text, without a .sha256: syncs tmp_path, gives it the name path, syncs the
 * folder. TWP_ERR_EXISTS when path is there and overwrite is false.
 */
TWP_CHECK_RESULT twp_status_t twp_publish_plain(
    const twp_publish_t *publish, bool overwrite, twp_error_t *err);

#endif
