/** Definitions that a command's help and its part of the manual end with. */
#ifndef TWP_CLI_DEFINITIONS_H
#define TWP_CLI_DEFINITIONS_H

#include "cli/command.h"

/** A heading where definition is NULL. */
typedef struct {
    const char *name, *definition;
} twp_definition_t;

/** Number i of a command's definitions, from 0; name NULL past the last. */
twp_definition_t twp_definitions_at(const twp_command_t *command, int i);

#endif
