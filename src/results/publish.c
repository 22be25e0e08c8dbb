#include "results/publish.h"

#include "base/error.h"
#include "results/content_digest.h"
#include "results/file_sum.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS 86400L
#define HOST_SIZE 65
#define SUM_LINE_SIZE (TWP_SHA256_HEX_SIZE + NAME_MAX + 4)

static twp_status_t
fail_errno(twp_error_t *err, const char *path, const char *what, int error)
{
    char why[128];

    return TWP_FAIL(err, TWP_ERR_IO, "%s: %s: %s", path, what, strerror_r(error, why, sizeof why));
}

static void
get_host(char host[HOST_SIZE])
{
    if (gethostname(host, HOST_SIZE) != 0)
        (void) snprintf(host, HOST_SIZE, "unknown");
    host[HOST_SIZE - 1] = '\0';
}

static char *
join(const char *folder, const char *format, const char *name, const char *host)
{
    char *base = NULL, *path = NULL;

    if (asprintf(&base, format, name, host, (long) getpid()) < 0)
        return NULL;
    if (asprintf(&path, "%s/%s", folder, base) < 0)
        path = NULL;
    free(base);
    return path;
}

twp_status_t
twp_publish_init(twp_publish_t *publish, const char *path, twp_error_t *err)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash != NULL ? slash + 1 : path;
    char host[HOST_SIZE];
    struct stat there;

    memset(publish, 0, sizeof *publish);
    get_host(host);
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strpbrk(name, "\\\n\r") != NULL)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: not a name for a results file", path);
    if (strlen(name) + strlen(host) + sizeof "..sha256...tmp" + 20 > NAME_MAX)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: the name is too long", path);
    /* a file takes the place of what has its name: of a device or a pipe, too, for those who may */
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: %s there, no file", path,
            S_ISDIR(there.st_mode) ? "a folder is" : "a device or a pipe is");
    publish->path = strdup(path);
    publish->name = strdup(name);
    if (slash == NULL)
        publish->folder = strdup(".");
    else
        publish->folder = slash == path ? strdup("/") : strndup(path, (size_t) (slash - path));
    if (publish->folder != NULL) {
        publish->tmp_path = join(publish->folder, ".%s.%s.%ld.tmp", name, host);
        publish->sum_tmp_path = join(publish->folder, ".%s.sha256.%s.%ld.tmp", name, host);
    }
    if (asprintf(&publish->sum_path, "%s.sha256", path) < 0)
        publish->sum_path = NULL;
    if (publish->path == NULL || publish->name == NULL || publish->tmp_path == NULL ||
        publish->sum_tmp_path == NULL || publish->sum_path == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for its names", path);
    return TWP_OK;
}

void
twp_publish_clear(twp_publish_t *publish)
{
    free(publish->path);
    free(publish->folder);
    free(publish->name);
    free(publish->tmp_path);
    free(publish->sum_path);
    free(publish->sum_tmp_path);
    memset(publish, 0, sizeof *publish);
}

/* Whether entry is .<what>.<host>.<pid>.tmp; *what (cut out of entry) and *pid say of which file and
 * whose it is, *is_here whether of this host, whose name may have dots. */
static bool
is_temporary(char *entry, const char **what, bool *is_here, long *pid)
{
    char host[HOST_SIZE], *end = entry + strlen(entry), *dot;

    if (entry[0] != '.' || end - entry < 6 || strcmp(end - 4, ".tmp") != 0)
        return false;
    end[-4] = '\0';
    dot = strrchr(entry, '.');
    if (dot == entry || !isdigit((unsigned char) dot[1]))
        return false;
    *dot = '\0';
    errno = 0;
    *pid = strtol(dot + 1, &end, 10);
    if (*end != '\0' || errno != 0 || *pid <= 0)
        return false;
    get_host(host);
    *what = entry + 1;
    *is_here = dot - *what > (ptrdiff_t) strlen(host) + 1 &&
        strcmp(dot - strlen(host), host) == 0 && dot[-(ptrdiff_t) strlen(host) - 1] == '.';
    return true;
}

/* Whether what is left of a temporary file's name, "<name>.<host>" or with .sha256 between, is of name. */
static bool
is_of(const char *what, const char *name)
{
    return strncmp(what, name, strlen(name)) == 0 && what[strlen(name)] == '.';
}

/* name NULL: of any file. */
static void
remove_stale(const char *folder_path, const char *of_name)
{
    struct dirent *entry;
    DIR *const folder = opendir(folder_path);

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        char name[sizeof entry->d_name];
        const char *what;
        struct stat facts;
        bool is_stale = false, is_here;
        long pid;
        const size_t n_name = strlen(entry->d_name);

        /* an entry is no longer than its name: the rest of d_name may lie outside of all memory */
        if (n_name >= sizeof name)
            continue;
        memcpy(name, entry->d_name, n_name + 1);
        if (!is_temporary(name, &what, &is_here, &pid) ||
            (of_name != NULL && !is_of(what, of_name)))
            continue;
        if (is_here)
            is_stale = pid == (long) getpid() || (kill((pid_t) pid, 0) != 0 && errno == ESRCH);
        if (!is_stale && fstatat(dirfd(folder), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0)
            is_stale = time(NULL) - facts.st_mtime > DAY_SECONDS;
        if (is_stale)
            (void) unlinkat(dirfd(folder), entry->d_name, 0);
    }
    (void) closedir(folder);
}

void
twp_publish_remove_stale(const twp_publish_t *publish)
{
    remove_stale(publish->folder, publish->name);
}

void
twp_publish_remove_all_stale(const char *folder)
{
    remove_stale(folder, NULL);
}

twp_status_t
twp_publish_open_spool(const twp_publish_t *publish, int *file, twp_error_t *err)
{
    *file = open(publish->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*file < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        /* not every file system has unnamed files */
        *file = open(publish->tmp_path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (*file >= 0)
            (void) unlink(publish->tmp_path);
    }
    if (*file < 0)
        return fail_errno(err, publish->path, "cannot be written there", errno);
    return TWP_OK;
}

static twp_status_t
open_to_sync(const char *path, int flags, int *file, twp_error_t *err)
{
    *file = open(path, flags | O_RDONLY | O_CLOEXEC);
    return *file >= 0 ? TWP_OK : fail_errno(err, path, "cannot be opened to be synced", errno);
}

/* And closes it. */
static twp_status_t
sync_file(int file, const char *path, int flags, twp_error_t *err)
{
    int error = 0;

    /* a folder on some network file systems has no fsync */
    if (fsync(file) != 0 && !((flags & O_DIRECTORY) != 0 && (errno == EINVAL || errno == EROFS)))
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    return error == 0 ? TWP_OK : fail_errno(err, path, "cannot be synced", error);
}

static twp_status_t
sync_path(const char *path, int flags, twp_error_t *err)
{
    int file;
    const twp_status_t status = open_to_sync(path, flags, &file, err);

    return status == TWP_OK ? sync_file(file, path, flags, err) : status;
}

/* A new file at path with n bytes of text, synced; not there when it fails. */
static twp_status_t
write_text(const char *path, const char *text, size_t n, twp_error_t *err)
{
    size_t n_done = 0;
    int file, error = 0;

    (void) unlink(path);
    file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0)
        return fail_errno(err, path, "cannot be created", errno);
    while (n_done < n && error == 0) {
        const ssize_t n_now = write(file, text + n_done, n - n_done);
        if (n_now >= 0)
            n_done += (size_t) n_now;
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && fsync(file) != 0)
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    if (error == 0)
        return TWP_OK;
    (void) unlink(path);
    return fail_errno(err, path, "cannot be written", error);
}

twp_status_t
twp_publish_write_text(const twp_publish_t *publish, const char *text, twp_error_t *err)
{
    return write_text(publish->tmp_path, text, strlen(text), err);
}

/* Puts the line of sha256sum for the file at path into sum_tmp_path, synced. */
static twp_status_t
prepare_sum(const twp_publish_t *publish, const char *path, twp_error_t *err)
{
    char hex[TWP_SHA256_HEX_SIZE], line[SUM_LINE_SIZE];
    size_t n;
    const twp_status_t status = twp_file_sum(path, hex, err);

    if (status != TWP_OK)
        return status;
    n = (size_t) snprintf(line, sizeof line, "%s  %s\n", hex, publish->name);
    return write_text(publish->sum_tmp_path, line, n, err);
}

/* Syncs tmp_path and prepares its sum; neither is there when it fails. The disk writes while the sum is taken. */
static twp_status_t
sync_and_sum(const twp_publish_t *publish, twp_error_t *err)
{
    int file;
    twp_status_t status = open_to_sync(publish->tmp_path, 0, &file, err);

    if (status == TWP_OK) {
        (void) sync_file_range(
            file, 0, 0, SYNC_FILE_RANGE_WRITE); /* begins: fsync tells of faults */
        const twp_status_t sum_status = prepare_sum(publish, publish->tmp_path, err);
        status = sync_file(file, publish->tmp_path, 0, sum_status == TWP_OK ? err : NULL);
        if (sum_status != TWP_OK)
            status = sum_status;
    }
    if (status != TWP_OK) {
        (void) unlink(publish->tmp_path);
        (void) unlink(publish->sum_tmp_path);
    }
    return status;
}

static twp_status_t
publish_sum(const twp_publish_t *publish, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (rename(publish->sum_tmp_path, publish->sum_path) != 0) {
        status = fail_errno(err, publish->sum_path, "cannot be put in place", errno);
        (void) unlink(publish->sum_tmp_path);
    }
    return status;
}

/* The file that is there: success when its content is ours. */
static twp_status_t
accept_existing(const twp_publish_t *publish, const char *digest, twp_error_t *err)
{
    char existing[TWP_CONTENT_DIGEST_HEX_SIZE];
    twp_error_t why = { 0 };
    twp_status_t status;

    (void) unlink(publish->tmp_path);
    (void) unlink(publish->sum_tmp_path);
    if (twp_results_content_digest(publish->path, existing, &why) != TWP_OK)
        return TWP_FAIL(err, TWP_ERR_EXISTS,
            "%s: a file is already there that cannot be compared (%s)", publish->path, why.message);
    if (strcmp(existing, digest) != 0)
        return TWP_FAIL(err, TWP_ERR_EXISTS,
            "%s: a results file of another content is already there (digest %.12s..., this run "
            "%.12s...)",
            publish->path, existing, digest);
    if (access(publish->sum_path, F_OK) == 0)
        return TWP_OK;
    status = prepare_sum(publish, publish->path, err); /* the other attempt ended before its own */
    return status == TWP_OK ? publish_sum(publish, err) : status;
}

/* Gives tmp_path the name path unless that exists. Returns 0 or errno. */
static int
link_new(const twp_publish_t *publish)
{
    if (link(publish->tmp_path, publish->path) == 0) {
        (void) unlink(publish->tmp_path); /* if it stays, it is swept as stale */
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        return errno;
    if (renameat2(AT_FDCWD, publish->tmp_path, AT_FDCWD, publish->path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (access(publish->path, F_OK) == 0)
        return EEXIST;
    return rename(publish->tmp_path, publish->path) == 0 ? 0 : errno;
}

/* An old .sha256 goes first: a kill in between leaves a file without one, not with a wrong one. */
static int
replace(const twp_publish_t *publish)
{
    if (unlink(publish->sum_path) != 0 && errno != ENOENT)
        return errno;
    return rename(publish->tmp_path, publish->path) == 0 ? 0 : errno;
}

twp_status_t
twp_publish_file(const twp_publish_t *publish, bool overwrite,
    const char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    twp_status_t status = sync_and_sum(publish, err);
    int error;

    if (status != TWP_OK)
        return status;
    error = overwrite ? replace(publish) : link_new(publish);
    if (error == EEXIST && !overwrite)
        return accept_existing(publish, digest, err);
    if (error != 0) {
        (void) unlink(publish->tmp_path);
        (void) unlink(publish->sum_tmp_path);
        return fail_errno(err, publish->path, "cannot be published", error);
    }
    status = sync_path(publish->folder, O_DIRECTORY, err);
    if (status == TWP_OK)
        status = publish_sum(publish, err);
    else
        (void) unlink(publish->sum_tmp_path);
    if (status == TWP_OK)
        status = sync_path(publish->folder, O_DIRECTORY, err);
    return status;
}

twp_status_t
twp_publish_plain(const twp_publish_t *publish, bool overwrite, twp_error_t *err)
{
    twp_status_t status = sync_path(publish->tmp_path, 0, err);
    int error = 0;

    if (status == TWP_OK && overwrite && rename(publish->tmp_path, publish->path) != 0)
        error = errno;
    else if (status == TWP_OK && !overwrite)
        error = link_new(publish);
    if (error == EEXIST)
        status = TWP_FAIL(err, TWP_ERR_EXISTS, "%s: a file is already there", publish->path);
    else if (error != 0)
        status = fail_errno(err, publish->path, "cannot be published", error);
    if (status == TWP_OK)
        return sync_path(publish->folder, O_DIRECTORY, err);
    (void) unlink(publish->tmp_path);
    return status;
}
