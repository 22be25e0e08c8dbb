/*
 * Studies composed from files. All files are read first, each once; then the trees are laid over
 * each other in order of precedence, which is therefore the order of two lists and nothing else.
 */
#include "base/digest.h"
#include "base/suggest.h"
#include "document/text.h"
#include "document/tree.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST_USE 16
#define MOST_FILES 1000
#define MOST_NAMES 1000 /* of files, compared for the nearest one */

/* A file that is open for reading those that it uses; the list leads back to the study. */
typedef struct chain {
    const char *path;
    const struct chain *user;
    int depth;
} chain_t;

typedef struct {
    twp_document_t *document;
    twp_findings_t *findings;
    twp_error_t *err;
    twp_node_t **module; /* [n_modules], lowest precedence first */
    int n_modules;
    twp_node_t **base; /* [n_bases], likewise */
    int n_bases;
} composer_t;

/* ---- paths ---------------------------------------------------------------------------------- */

/* The folder of a path: what stands before its last '/', "." for none. */
static char *
folder_of(twp_arena_t *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');

    if (slash == NULL)
        return twp_arena_strdup(arena, ".");
    return twp_arena_strndup(arena, path, slash == path ? 1 : (size_t) (slash - path));
}

/* Takes "." and "name/.." out of a path, in place. */
static void
normalise(char *path)
{
    const bool is_absolute = path[0] == '/';
    char *const start = path + (is_absolute ? 1 : 0);
    char *end = start; /* of what is kept */

    for (const char *part = start; *part != '\0';) {
        const size_t length = strcspn(part, "/");
        const char *const next = part + length + (part[length] == '/' ? 1 : 0);
        char *last = end; /* start of the last part that is kept */
        while (last > start && last[-1] != '/')
            last--;
        if (length == 2 && memcmp(part, "..", 2) == 0 &&
            (is_absolute || (end > start && !(end - last == 2 && memcmp(last, "..", 2) == 0)))) {
            end = last > start ? last - 1 : start;
        } else if (length > 0 && !(length == 1 && part[0] == '.')) {
            if (end > start)
                *end++ = '/';
            memmove(end, part, length);
            end += length;
        }
        part = next;
    }
    if (end == path)
        *end++ = '.';
    *end = '\0';
}

/* What a file named in folder means. */
static char *
join(twp_arena_t *arena, const char *folder, const char *name)
{
    char *const path = name[0] == '/' ? twp_arena_strdup(arena, name)
                                      : twp_arena_printf(arena, "%s/%s", folder, name);

    if (path != NULL)
        normalise(path);
    return path;
}

/* The file of path's folder whose name is nearest, as a path relative to what the user wrote. */
static const char *
nearest_file(twp_arena_t *arena, const char *path, const char *written)
{
    const char *const slash = strrchr(path, '/'), *const slash_written = strrchr(written, '/');
    const char *const folder = folder_of(arena, path);
    const char **const names = TWP_ARENA_NEW(arena, const char *, MOST_NAMES);
    const char *nearest;
    DIR *const listing = folder != NULL ? opendir(folder) : NULL;
    size_t n = 0;

    if (listing == NULL || names == NULL) {
        if (listing != NULL)
            closedir(listing);
        return NULL;
    }
    for (struct dirent *entry; n < MOST_NAMES && (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.')
            names[n++] = twp_arena_strdup(arena, entry->d_name);
    closedir(listing);
    nearest = twp_suggest_nearest(slash != NULL ? slash + 1 : path, names, n);
    if (nearest == NULL || slash_written == NULL)
        return nearest;
    return twp_arena_printf(arena, "%.*s/%s", (int) (slash_written - written), written, nearest);
}

/* ---- files ---------------------------------------------------------------------------------- */

static twp_status_t
no_memory(const composer_t *composer)
{
    return TWP_FAIL(composer->err, TWP_ERR_MEMORY, "no memory to read the study");
}

/* Adds to the list of files that were read. text is copied. */
static twp_status_t
add_file(composer_t *composer, const char *path, const char *name, const char *text, size_t n_bytes,
    twp_origin_t origin)
{
    twp_document_t *const document = composer->document;
    twp_source_file_t *file;

    if (document->file == NULL)
        document->file = TWP_ARENA_NEW(document->arena, twp_source_file_t, MOST_FILES);
    if (document->file == NULL)
        return no_memory(composer);
    file = &document->file[document->n_files];
    *file = (twp_source_file_t){ .path = twp_arena_strdup(document->arena, path),
        .name = twp_arena_strdup(document->arena, name),
        .text = twp_arena_strndup(document->arena, text, n_bytes),
        .n_bytes = n_bytes,
        .origin = origin };
    twp_sha256_of(text, n_bytes, file->sha256);
    if (file->path == NULL || file->name == NULL || file->text == NULL)
        return no_memory(composer);
    document->n_files++;
    return TWP_OK;
}

/* Takes a key out of a mapping and returns its value, or NULL when it is not there. */
static twp_node_t *
take(twp_node_t *mapping, const char *key)
{
    const twp_pair_t *const pair = twp_node_pair(mapping, key);
    twp_node_t *const value = pair != NULL ? pair->value : NULL;

    if (pair != NULL) {
        const int i = (int) (pair - mapping->pair);
        memmove(&mapping->pair[i], &mapping->pair[i + 1],
            (size_t) (mapping->n - i - 1) * sizeof *mapping->pair);
        mapping->n--;
    }
    return value;
}

static twp_status_t read_used(composer_t *composer, const twp_node_t *name, twp_origin_t origin,
    const char *folder, const chain_t *user);

/* Reads what `uses` names. */
static twp_status_t
read_modules(composer_t *composer, const twp_node_t *uses, const char *folder, const chain_t *user)
{
    if (uses->kind != TWP_NODE_SEQUENCE) {
        twp_findings_add(composer->findings, twp_node_place(uses, "uses"), uses->text,
            "a list of files, such as [modules/nurse.yaml]", NULL, "'uses' is a list of files");
        return TWP_OK;
    }
    for (int i = 0; i < uses->n; i++) {
        const twp_status_t status = read_used(
            composer, uses->item[i], TWP_ORIGIN_MODULE, folder, user);
        if (status != TWP_OK)
            return status;
    }
    return TWP_OK;
}

/*
 * Reads the tree of one text, then the files it is based on and uses, and last puts it into its
 * list: so what is used comes before its user. The study itself becomes the document's root.
 */
static twp_status_t
read_tree(composer_t *composer, const char *text, size_t n_bytes, twp_origin_t origin,
    const char *folder, const chain_t *chain)
{
    twp_document_t *const document = composer->document;
    twp_node_t *root, *uses, *based_on;
    twp_status_t status = twp_yaml_read(document->arena, chain->path, text, n_bytes, origin,
        composer->findings, &root, composer->err);

    if (status == TWP_ERR_MEMORY || root == NULL)
        return status == TWP_ERR_MEMORY ? status : TWP_OK; /* the findings tell the rest */
    if (root->kind != TWP_NODE_MAPPING) {
        twp_findings_add(composer->findings, twp_node_place(root, NULL), root->text,
            "'key: value' lines", NULL, "a study or module is a mapping");
        return TWP_OK;
    }
    uses = take(root, "uses");
    based_on = take(root, "based_on");
    status = TWP_OK;
    if (based_on != NULL && origin == TWP_ORIGIN_MODULE)
        twp_findings_add(composer->findings, twp_node_place(based_on, "based_on"), based_on->text,
            NULL, "uses", "only a study can be based on another; a module uses others");
    else if (based_on != NULL)
        status = read_used(composer, based_on, TWP_ORIGIN_BASE, folder, chain);
    if (status == TWP_OK && uses != NULL)
        status = read_modules(composer, uses, folder, chain);
    if (status != TWP_OK)
        return status;
    if (origin == TWP_ORIGIN_MODULE)
        composer->module[composer->n_modules++] = root;
    else if (origin == TWP_ORIGIN_BASE)
        composer->base[composer->n_bases++] = root;
    else
        document->root = root;
    return TWP_OK;
}

/* The next of the files that are kept elsewhere; it must be the one that is named. */
static twp_status_t
take_kept(composer_t *composer, const char *path, char **text, size_t *n_bytes)
{
    const twp_document_t *const document = composer->document;
    const twp_document_files_t *const files = document->files;
    const int i = document->n_files;
    const char *const slash = strrchr(path, '/');

    if (i >= files->n || strcmp(files->name[i], slash != NULL ? slash + 1 : path) != 0)
        return TWP_FAIL(composer->err, TWP_ERR_FORMAT,
            "the study uses %s, and the file that is kept in its place is %s", path,
            i < files->n ? files->name[i] : "missing");
    *n_bytes = files->n_bytes[i];
    *text = strndup(files->text[i], *n_bytes);
    return *text != NULL ? TWP_OK : no_memory(composer);
}

/* Reads the bytes of a file that another one names; *text stays NULL when a finding says why. */
static twp_status_t
read_bytes(
    composer_t *composer, const twp_node_t *name, const char *path, char **text, size_t *n_bytes)
{
    twp_error_t why;
    twp_status_t status;

    if (composer->document->files != NULL)
        return take_kept(composer, path, text, n_bytes);
    status = twp_text_read_file(path, TWP_YAML_MAX_BYTES, true, text, n_bytes, &why);
    if (status == TWP_ERR_MEMORY)
        return no_memory(composer);
    if (status != TWP_OK)
        twp_findings_add(composer->findings, twp_node_place(name, NULL), name->text,
            "a file, named relative to this one",
            status == TWP_ERR_IO ? nearest_file(composer->document->arena, path, name->text) : NULL,
            "%s", why.message);
    return TWP_OK;
}

static bool
is_read_already(const composer_t *composer, const char *path)
{
    for (int i = 1; i < composer->document->n_files; i++)
        if (strcmp(composer->document->file[i].path, path) == 0)
            return true;
    return false;
}

/* Tells whether a file is being read already, further up, and reports that. */
static bool
is_in_circle(composer_t *composer, const twp_node_t *name, const char *path, const chain_t *user)
{
    twp_arena_t *const arena = composer->document->arena;
    const char *way = path;

    for (const chain_t *link = user; link != NULL; link = link->user) {
        char *const normal = twp_arena_strdup(arena, link->path);
        if (normal == NULL)
            return false;
        normalise(normal);
        way = way != NULL ? twp_arena_printf(arena, "%s -> %s", link->path, way) : NULL;
        if (strcmp(normal, path) != 0)
            continue;
        twp_findings_add(composer->findings, twp_node_place(name, NULL), name->text,
            "files that do not use each other", NULL, "a circle: %s", way != NULL ? way : path);
        return true;
    }
    return false;
}

/* Reads the file that a value of `uses` or `based_on` names, unless that was done before. */
static twp_status_t
read_used(composer_t *composer, const twp_node_t *name, twp_origin_t origin, const char *folder,
    const chain_t *user)
{
    twp_arena_t *const arena = composer->document->arena;
    twp_status_t status;
    chain_t chain = { .user = user, .depth = user->depth + 1 };
    size_t n_bytes = 0;
    char *text = NULL;

    if (name->kind != TWP_NODE_SCALAR || name->text[0] == '\0') {
        twp_findings_add(composer->findings, twp_node_place(name, NULL), name->text,
            "the name of a file", NULL, "a file is named here");
        return TWP_OK;
    }
    chain.path = join(arena, folder, name->text);
    if (chain.path == NULL)
        return no_memory(composer);
    if (is_in_circle(composer, name, chain.path, user) || is_read_already(composer, chain.path))
        return TWP_OK;
    if (chain.depth > DEEPEST_USE || composer->document->n_files >= MOST_FILES) {
        twp_findings_add(composer->findings, twp_node_place(name, NULL), name->text, NULL, NULL,
            "more than %d files %s", chain.depth > DEEPEST_USE ? DEEPEST_USE : MOST_FILES,
            chain.depth > DEEPEST_USE ? "that use each other in turn" : "in one study");
        return TWP_OK;
    }
    status = read_bytes(composer, name, chain.path, &text, &n_bytes);
    if (status == TWP_OK && text != NULL) {
        const char *const own_folder = folder_of(arena, chain.path);
        status = add_file(composer, chain.path, name->text, text, n_bytes, origin);
        if (status == TWP_OK)
            status = own_folder != NULL
                ? read_tree(composer, text, n_bytes, origin, own_folder, &chain)
                : no_memory(composer);
    }
    free(text);
    return status;
}

/* ---- documents ----------------------------------------------------------------------------- */

/* Lays modules, bases and the study over each other. */
static twp_status_t
merge_all(composer_t *composer)
{
    twp_document_t *const document = composer->document;
    twp_node_t *const study = document->root;
    twp_node_t *root = TWP_ARENA_NEW(document->arena, twp_node_t, 1);

    if (root != NULL)
        root->kind = TWP_NODE_MAPPING;
    for (int i = 0; root != NULL && i < composer->n_modules; i++)
        root = twp_tree_merge(document->arena, root, composer->module[i], true, composer->findings);
    for (int i = 0; root != NULL && i < composer->n_bases; i++)
        root = twp_tree_merge(document->arena, root, composer->base[i], false, composer->findings);
    if (root != NULL && study != NULL)
        root = twp_tree_merge(document->arena, root, study, false, composer->findings);
    if (root == NULL)
        return no_memory(composer);
    document->root = study != NULL ? root : NULL;
    return TWP_OK;
}

/* TWP_ERR_INPUT when any of them was wrong; all are tried. */
static twp_status_t
apply_sets(twp_document_t *document, twp_node_t *root, twp_findings_t *findings, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    for (int i = 0; i < document->n_set; i++) {
        const twp_status_t one = twp_tree_over_of(document->set[i]) != NULL
            ? TWP_OK
            : twp_tree_set(document->arena, root, document->set[i], findings, err);
        if (one != TWP_OK)
            status = one;
        if (one == TWP_ERR_MEMORY)
            return status;
    }
    const twp_status_t over = twp_tree_over(
        document->arena, root, document->set, document->n_set, findings, err);
    return over != TWP_OK ? over : status;
}

static twp_status_t
keep_sets(composer_t *composer, char *const *set, int n_set)
{
    twp_document_t *const document = composer->document;

    document->set = TWP_ARENA_NEW(document->arena, char *, n_set);
    for (int i = 0; document->set != NULL && i < n_set; i++)
        if ((document->set[i] = twp_arena_strdup(document->arena, set[i])) == NULL)
            return no_memory(composer);
    document->n_set = n_set;
    return document->set != NULL ? TWP_OK : no_memory(composer);
}

/* What is left to do once the text of the study is there. */
static twp_status_t
compose(composer_t *composer, const char *name, const char *text, size_t n_bytes, char *const *set,
    int n_set)
{
    twp_document_t *const document = composer->document;
    const int n_errors_before = composer->findings->n_errors;
    const chain_t chain = { .path = name };
    twp_status_t status = keep_sets(composer, set, n_set);

    composer->module = TWP_ARENA_NEW(document->arena, twp_node_t *, MOST_FILES);
    composer->base = TWP_ARENA_NEW(document->arena, twp_node_t *, MOST_FILES);
    if (composer->module == NULL || composer->base == NULL)
        return no_memory(composer);
    if (status == TWP_OK)
        status = add_file(composer, name, name, text, n_bytes, TWP_ORIGIN_STUDY);
    if (status == TWP_OK)
        status = read_tree(composer, text, n_bytes, TWP_ORIGIN_STUDY, document->folder, &chain);
    if (status == TWP_OK)
        status = merge_all(composer);
    if (status == TWP_OK && document->root != NULL)
        status = apply_sets(document, document->root, composer->findings, composer->err);
    if (status != TWP_ERR_MEMORY && composer->findings->n_errors > n_errors_before)
        return TWP_FAIL(composer->err, TWP_ERR_INPUT, "%s: %d findings", name,
            composer->findings->n_errors - n_errors_before);
    return status;
}

twp_status_t
twp_document_read_text(twp_document_t *document, const char *name, const char *folder,
    const char *text, char *const *set, int n_set, twp_findings_t *findings, twp_error_t *err)
{
    composer_t composer = { .document = document, .findings = findings, .err = err };

    *document = (twp_document_t){ .arena = twp_arena_create(0) };
    if (document->arena == NULL)
        return no_memory(&composer);
    document->folder = twp_arena_strdup(
        document->arena, folder != NULL && folder[0] != '\0' ? folder : ".");
    if (document->folder == NULL)
        return no_memory(&composer);
    return compose(&composer, name, text, strlen(text), set, n_set);
}

twp_status_t
twp_document_read_files(twp_document_t *document, const twp_document_files_t *files,
    char *const *set, int n_set, twp_findings_t *findings, twp_error_t *err)
{
    composer_t composer = { .document = document, .findings = findings, .err = err };
    twp_status_t status;

    *document = (twp_document_t){ .arena = twp_arena_create(0), .files = files };
    if (document->arena == NULL ||
        (document->folder = twp_arena_strdup(document->arena, ".")) == NULL)
        return no_memory(&composer);
    status = compose(&composer, files->name[0], files->text[0], files->n_bytes[0], set, n_set);
    if (status == TWP_OK && document->n_files != files->n)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "the study does not use %s, which is kept with it",
            files->name[document->n_files]);
    return status;
}

const char *
twp_document_locate(const twp_document_t *document, const char *path)
{
    return document->files != NULL ? document->files->locate(document->files->context, path) : path;
}

twp_status_t
twp_document_read(twp_document_t *document, const char *path, char *const *set, int n_set,
    twp_findings_t *findings, twp_error_t *err)
{
    composer_t composer = { .document = document, .findings = findings, .err = err };
    size_t n_bytes = 0;
    char *text = NULL;
    twp_status_t status;

    *document = (twp_document_t){ 0 };
    status = twp_text_read_file(path, TWP_YAML_MAX_BYTES, false, &text, &n_bytes, err);
    if (status == TWP_ERR_LIMIT) {
        twp_findings_add(findings, (twp_place_t){ .file = path, .line = 1, .column = 1 }, NULL,
            NULL, NULL, "larger than %u bytes", TWP_YAML_MAX_BYTES);
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: larger than %u bytes", path, TWP_YAML_MAX_BYTES);
    }
    if (status != TWP_OK)
        return status;
    document->arena = twp_arena_create(0);
    if (document->arena != NULL)
        document->folder = folder_of(document->arena, path);
    status = document->folder != NULL ? compose(&composer, path, text, n_bytes, set, n_set)
                                      : no_memory(&composer);
    free(text);
    return status;
}

twp_status_t
twp_document_override(twp_document_t *document, const twp_node_t *overrides,
    twp_findings_t *findings, twp_node_t **root, twp_error_t *err)
{
    twp_status_t status = TWP_OK, set_status = TWP_OK;

    *root = document->root != NULL ? twp_node_copy(document->arena, document->root) : NULL;
    if (*root == NULL)
        return document->root != NULL ? TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to copy the study")
                                      : TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study was not read");
    if (overrides != NULL)
        status = twp_tree_override(document->arena, *root, overrides, findings, err);
    if (status != TWP_ERR_MEMORY)
        set_status = apply_sets(document, *root, findings, err);
    return set_status != TWP_OK ? set_status : status;
}

void
twp_document_clear(twp_document_t *document)
{
    twp_arena_free(document->arena);
    *document = (twp_document_t){ 0 };
}
