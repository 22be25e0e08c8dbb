/** A twin's lives told again, for people and for programs. */
#ifndef TWP_REPORT_REPLAY_H
#define TWP_REPORT_REPLAY_H

#include "report/buffer.h"

/** Adds who it is, what happened under which strategy and why, and its figures side by side. */
TWP_CHECK_RESULT twp_status_t twp_report_replay(
    const twp_replay_t *replay, twp_buffer_t *buffer, twp_error_t *err);

/** Adds one JSON object and a line end: every life whole, numbers read back exactly. */
TWP_CHECK_RESULT twp_status_t twp_report_replay_json(
    const twp_replay_t *replay, twp_buffer_t *buffer, twp_error_t *err);

#endif
