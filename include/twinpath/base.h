/** Status, errors and findings of every call. */
#ifndef TWINPATH_BASE_H
#define TWINPATH_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Around the declarations of each header. */
#ifdef __cplusplus
#define TWP_BEGIN_C extern "C" {
#define TWP_END_C }
#else
#define TWP_BEGIN_C
#define TWP_END_C
#endif

#if defined(__GNUC__)
#define TWP_CHECK_RESULT __attribute__((warn_unused_result))
#define TWP_PRINTF(i_format, i_first) __attribute__((format(printf, i_format, i_first)))
#else
#define TWP_CHECK_RESULT
#define TWP_PRINTF(i_format, i_first)
#endif

TWP_BEGIN_C

/** Status of a call. Never renumbered. */
typedef enum {
    TWP_OK = 0,
    TWP_ERR_INPUT = 1,  /**< the study or another input is wrong; findings say where */
    TWP_ERR_MEMORY = 2, /**< memory could not be had */
    TWP_ERR_IO = 3,     /**< a file could not be read or written; the message has path and errno */
    TWP_ERR_LIMIT = 4,  /**< an input is larger or deeper than its stated limit */
    TWP_ERR_EXISTS = 5, /**< another results file is already there */
    TWP_ERR_FORMAT = 6, /**< a results file is damaged or not of a known layout */
    TWP_ERR_FAULT = 7, /**< a twin met a fault the study's author must mend; named in the message */
    TWP_ERR_INTERRUPTED = 8, /**< stopped by a signal; what was published says that it is partial */
    TWP_ERR_ARGUMENT = 9     /**< the caller passed something the documentation forbids */
} twp_status_t;

/** Short name of a status, such as "TWP_ERR_IO"; static storage. */
const char *twp_status_name(twp_status_t status);

#define TWP_ERROR_MESSAGE_SIZE 1024

/** Caller-owned record of the one error that ended a call. */
typedef struct {
    twp_status_t status;
    char message[TWP_ERROR_MESSAGE_SIZE];
} twp_error_t;

/** One thing that is wrong with an input. All text lives as long as the list that holds it. */
typedef struct {
    const char *file;     /**< as the user named it; "--set" for an override; never NULL */
    int line, column;     /**< from 1; 0 where there is none */
    const char *path;     /**< path in the study such as patient.tracks.therapy; may be "" */
    const char *message;  /**< what is wrong, one sentence */
    const char *found;    /**< what stands there, or NULL */
    const char *expected; /**< what could stand there, or NULL */
    const char *nearest;  /**< the nearest valid name, or NULL */
    bool is_warning;      /**< a run is allowed all the same */
} twp_finding_t;

/** Version of the library, such as "0.1.0"; static storage. */
const char *twp_version(void);

TWP_END_C

#endif
