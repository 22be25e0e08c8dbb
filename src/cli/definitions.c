#include "cli/definitions.h"

#include "vocabulary/adherence.h"

twp_definition_t
twp_definitions_at(const twp_command_t *command, int i)
{
    const int n_terms = (int) twp_n_file_terms;
    const twp_definition_t none = { NULL, NULL };

    if (command != &twp_command_adherence || i > n_terms + TWP_N_FILE_MEASURES + 1)
        return none;
    if (i == 0)
        return (twp_definition_t){ "Measures", NULL };
    if (i <= TWP_N_FILE_MEASURES)
        return (
            twp_definition_t){ twp_file_measures[i - 1].name, twp_file_measures[i - 1].definition };
    i -= TWP_N_FILE_MEASURES + 1;
    if (i == 0)
        return (twp_definition_t){ "Words", NULL };
    return (twp_definition_t){ twp_file_terms[i - 1].name, twp_file_terms[i - 1].definition };
}
