/* The currency, the year of the prices, and what other units of money are worth. */
#include "study/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_unit(twp_read_t *read, const char *name, double factor)
{
    twp_units_t *units = &read->units;
    const size_t room = sizeof units->money[0].name;

    if (units->n_money == TWP_UNITS_MAX_MONEY || strlen(name) >= room)
        return;
    (void) snprintf(units->money[units->n_money].name, room, "%s", name);
    units->money[units->n_money++].factor = factor;
}

static void
check_name(twp_read_t *read, const char *name, twp_place_t place)
{
    const size_t room = sizeof read->units.money[0].name;

    if (strlen(name) >= room)
        twp_read_fail(read, place, name, twp_read_printf(read, "at most %zu letters", room - 1),
            NULL, "the name of the unit is too long");
}

/* Plain numbers: parameters may have units of money, so these may have no parameters. */
static void
read_exchange(twp_read_t *read, twp_spot_t exchange)
{
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, exchange, &n);

    if (n >= TWP_UNITS_MAX_MONEY)
        twp_read_fail(read, twp_read_place(exchange), twp_read_printf(read, "%d units", n),
            twp_read_printf(read, "at most %d", TWP_UNITS_MAX_MONEY - 1), NULL, "too many units");
    for (int i = 0; i < n && i < TWP_UNITS_MAX_MONEY - 1; i++) {
        const twp_spot_t spot = twp_read_entry(read, exchange, pair[i]);
        const twp_place_t place = { pair[i]->value->file, pair[i]->line, pair[i]->column,
            spot.path };
        double factor;
        read->is_constant_only = true;
        factor = twp_read_constant(read, spot, TWP_DIM_NONE, NAN);
        read->is_constant_only = false;
        check_name(read, pair[i]->key, place);
        if (isnan(factor))
            continue;
        if (!(factor > 0))
            twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a number above 0", NULL,
                "the rate is out of range");
        else if (strcmp(pair[i]->key, read->study->currency) == 0)
            twp_read_fail(read, place, pair[i]->key, "another unit", NULL,
                "%s is the study's own currency", pair[i]->key);
        else
            add_unit(read, pair[i]->key, factor);
    }
}

void
twp_read_money(twp_read_t *read)
{
    const twp_spot_t money = twp_read_get(read, read->root, "money"),
                     currency = twp_read_get(read, money, "currency");
    const char *text = twp_read_text(money), *year;

    read->study->currency = "";
    if (money.node == NULL)
        return;
    if (text != NULL) {
        const size_t length = strcspn(text, " ");
        read->study->currency = twp_read_printf(read, "%.*s", (int) length, text);
        year = text + length;
    } else {
        if (twp_read_text(currency) == NULL)
            return;
        read->study->currency = twp_read_text(currency);
        year = twp_read_text(twp_read_get(read, money, "year"));
    }
    read->study->price_year = year != NULL ? (int) strtol(year, NULL, 10) : 0;
    check_name(
        read, read->study->currency, twp_read_place(currency.node != NULL ? currency : money));
    add_unit(read, read->study->currency, 1);
    read_exchange(read, twp_read_get(read, money, "exchange"));
}
