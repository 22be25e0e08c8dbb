/* What is declared and never used: most likely a slip. Warnings. */
#include "study/read.h"

void
twp_check_use(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;

    for (int i = 0; i < study->n_formulas; i++)
        if (!read->is_formula_used[i])
            twp_read_warn(read, twp_read_place(read->formula_spot[i]), study->formula[i].name, NULL,
                NULL, "the formula %s is never used", study->formula[i].name);
    for (int i = 0; i < study->n_tables; i++)
        if (!read->is_table_used[i])
            twp_read_warn(read, twp_read_place(read->table_spot[i]), study->table[i].name, NULL,
                NULL, "the table %s is never used", study->table[i].name);
    for (int i = 0; i < study->n_supports; i++) {
        bool is_used = false;
        for (int s = 0; s < study->n_strategies; s++)
            for (int k = 0; k < study->strategy[s].n_supports; k++)
                is_used |= study->strategy[s].i_support[k] == i;
        if (!is_used)
            twp_read_warn(read, twp_read_place(read->support_spot[i]), study->support[i].name, NULL,
                NULL, "no strategy offers %s", study->support[i].name);
    }
}
