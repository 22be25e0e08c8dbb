#include "vocabulary/keys.h"

#include "vocabulary/families.h"
#include "vocabulary/units.h"

#include <string.h>

#define IN(block) TWP_BLOCK_##block
#define CHILD(block_) .child = TWP_BLOCK_##block_
#define ITEM(block_) .item = TWP_BLOCK_##block_
#define AS(value_) .forms = TWP_FORM_VALUE, .value = TWP_VALUE_##value_
#define LIST_OF(value_) .forms = TWP_FORM_LIST, .value = TWP_VALUE_##value_
#define VALUE_OR_LIST(value_) .forms = TWP_FORM_VALUE | TWP_FORM_LIST, .value = TWP_VALUE_##value_
#define VALUE_OR_BLOCK(value_, block_) \
    .forms = TWP_FORM_VALUE | TWP_FORM_BLOCK, .value = TWP_VALUE_##value_, CHILD(block_)
#define BLOCK(block_) .forms = TWP_FORM_BLOCK, CHILD(block_)
#define BLOCKS(block_) .forms = TWP_FORM_LIST, ITEM(block_)
#define MAP(block_) .forms = TWP_FORM_MAP, CHILD(block_)
#define MAP_OF(value_) .forms = TWP_FORM_MAP, .value = TWP_VALUE_##value_
#define MAP_OF_VALUE_OR(value_, block_) MAP_OF(value_), CHILD(block_)
#define ACTIONS .forms = TWP_FORM_LIST, .value = TWP_VALUE_NAME, ITEM(ACTION)
#define MEANS(means_) .means = TWP_MEANS_##means_
#define DEFAULT(text) .fallback = text
#define REQUIRED .flags = TWP_KEY_REQUIRED
#define TELLS .flags = TWP_KEY_TELLS
#define SETTING .flags = TWP_KEY_SETTING
#define FILLED .flags = TWP_KEY_FILLED
#define FILLED_SETTING .flags = TWP_KEY_FILLED | TWP_KEY_SETTING
#define REQUIRED_FILLED .flags = TWP_KEY_REQUIRED | TWP_KEY_FILLED
#define REQUIRED_SETTING .flags = TWP_KEY_REQUIRED | TWP_KEY_SETTING
#define EXACTLY_ONE(i) .group = (i)
#define AT_MOST_ONE(i) .group = -(i)
#define WITH(keys) .with = keys
#define HELP(text) .help = text

const twp_key_t twp_keys[] = {
    { IN(STUDY), "twinpath", AS(CHOICE), .choices = "1", REQUIRED_SETTING,
        HELP("version of the language: 1") },
    { IN(STUDY), "study", AS(NAME), REQUIRED, HELP("name of the study") },
    { IN(STUDY), "question", AS(TEXT), TELLS, HELP("what it answers") },
    { IN(STUDY), "uses", LIST_OF(PATH), HELP("modules, paths from this file") },
    { IN(STUDY), "based_on", AS(PATH), HELP("the study of which this one is a small override") },
    { IN(STUDY), "time", BLOCK(TIME), REQUIRED_SETTING, HELP("calendar and length of lives") },
    { IN(STUDY), "money", VALUE_OR_BLOCK(PRICES, MONEY), DEFAULT("none: no money"),
        HELP("currency and price year, `USD 2023`") },
    { IN(STUDY), "parameters", MAP_OF_VALUE_OR(CONSTANT, PARAMETER), MEANS(ANY),
        HELP("named numbers that strategies and sweeps reach") },
    { IN(STUDY), "tables", MAP(TABLE), HELP("tables of numbers from CSV files") },
    { IN(STUDY), "uncertain", MAP(JOINT), HELP("parameters that are uncertain together") },
    { IN(STUDY), "patient", BLOCK(PATIENT), REQUIRED, HELP("the twins") },
    { IN(STUDY), "observations", MAP(OBSERVATION),
        HELP("what the programme sees; all that supports may use") },
    { IN(STUDY), "supports", MAP(SUPPORT), HELP("interventions") },
    { IN(STUDY), "consent", BLOCK(CONSENT), HELP("consents a twin gives or not: `consent.NAME`") },
    { IN(STUDY), "together", BLOCK(TOGETHER), HELP("how effects combine") },
    { IN(STUDY), "strategies", MAP(STRATEGY), REQUIRED_FILLED,
        HELP("what is compared; exactly one is the baseline") },
    { IN(STUDY), "targets", MAP(TARGET), HELP("figures that the model must show") },
    { IN(STUDY), "report", BLOCK(REPORT), SETTING, HELP("what is printed") },
    { IN(STUDY), "record", BLOCK(RECORD), SETTING, HELP("what is written to the results file") },
    { IN(STUDY), "sweep", BLOCK(SWEEP), SETTING,
        HELP("points at which `twinpath sweep` lives the study") },

    { IN(TIME), "starts", AS(DATE), .flags = TWP_KEY_REQUIRED | TWP_KEY_TELLS,
        HELP("day 0 of the calendar, YYYY-MM-DD") },
    { IN(TIME), "horizon", AS(CONSTANT), MEANS(TIME), REQUIRED,
        HELP("calendar time after `starts` at which every life ends; > 0") },
    { IN(TIME), "follow_up", AS(CONSTANT), MEANS(TIME), DEFAULT("up to the horizon"),
        HELP("length of a life from entry; > 0") },

    { IN(MONEY), "currency", AS(CURRENCY), REQUIRED, HELP("unit of all money: USD") },
    { IN(MONEY), "year", AS(COUNT), .flags = TWP_KEY_REQUIRED | TWP_KEY_SETTING,
        HELP("year of the prices") },
    { IN(MONEY), "exchange", MAP_OF(CONSTANT), MEANS(NUMBER), .names = TWP_NAMES_UNIT,
        HELP("worth of one of another unit in study money: `EUR: 1.08`, `USD2017: 1.19`") },

    { IN(PARAMETER), "value", AS(CONSTANT), MEANS(ANY), REQUIRED,
        HELP("quantity, or formula over other parameters") },
    { IN(PARAMETER), "range", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2, SETTING,
        HELP("[low, high]: a value outside is a finding, a drawn one a fault") },
    { IN(PARAMETER), "uncertain", BLOCK(UNCERTAIN),
        HELP("how sure the value is; drawn anew for each parameter set") },

    { IN(UNCERTAIN), "normal", BLOCK(UNCERTAIN_NORMAL), EXACTLY_ONE(1),
        HELP("its mean is the value") },
    { IN(UNCERTAIN), "lognormal", BLOCK(UNCERTAIN_LOGNORMAL), EXACTLY_ONE(1),
        HELP("its median is the value") },
    { IN(UNCERTAIN), "beta", BLOCK(UNCERTAIN_BETA), EXACTLY_ONE(1),
        HELP("its mean is the value, a number between 0 and 1") },
    { IN(UNCERTAIN), "gamma", BLOCK(UNCERTAIN_GAMMA), EXACTLY_ONE(1),
        HELP("its mean is the value") },
    { IN(UNCERTAIN), "within", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2,
        HELP("[low, high]: cut off there, and no more than that: the rest keeps its proportions") },
    { IN(UNCERTAIN), "stream", AS(TEXT), DEFAULT("`parameter.` and the name"),
        HELP("keeps an older name's random numbers through a renaming") },
    { IN(UNCERTAIN_NORMAL), "se", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1),
        HELP("standard error") },
    { IN(UNCERTAIN_NORMAL), "low", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1),
        HELP("lower end of a 95 % interval, whose width gives the standard error") },
    { IN(UNCERTAIN_NORMAL), "high", AS(CONSTANT), MEANS(ANY), WITH("low"), REQUIRED,
        HELP("its upper end") },
    { IN(UNCERTAIN_NORMAL), "mean", AS(CONSTANT), MEANS(ANY), DEFAULT("the value"), HELP("mean") },
    { IN(UNCERTAIN_LOGNORMAL), "se_log", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("standard error of the logarithm") },
    { IN(UNCERTAIN_LOGNORMAL), "low", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1),
        HELP("lower end of a 95 % interval, whose width on the logarithm gives its standard "
             "error") },
    { IN(UNCERTAIN_LOGNORMAL), "high", AS(CONSTANT), MEANS(ANY), WITH("low"), REQUIRED,
        HELP("its upper end") },
    { IN(UNCERTAIN_BETA), "n", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("how many were observed: a + b") },
    { IN(UNCERTAIN_BETA), "se", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("standard error") },
    { IN(UNCERTAIN_BETA), "a", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("the law itself: its mean is a / (a + b), whatever the value is") },
    { IN(UNCERTAIN_BETA), "b", AS(CONSTANT), MEANS(NUMBER), WITH("a"), REQUIRED,
        HELP("its other number") },
    { IN(UNCERTAIN_GAMMA), "se", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("standard error") },
    { IN(UNCERTAIN_GAMMA), "shape", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("shape: (value / standard error)^2") },

    { IN(JOINT), "dirichlet", BLOCK(DIRICHLET), EXACTLY_ONE(1),
        HELP("shares that sum to 1; their means are the values") },
    { IN(JOINT), "multivariate_normal", BLOCK(MULTIVARIATE_NORMAL), EXACTLY_ONE(1),
        HELP("jointly normal on a scale; its centre is the values") },
    { IN(JOINT), "correlated", BLOCK(CORRELATED), EXACTLY_ONE(1),
        HELP("Gaussian copula over parameters that have an `uncertain` of their own") },
    { IN(JOINT), "draws", BLOCK(POSTERIOR_DRAWS), EXACTLY_ONE(1),
        HELP("rows of a CSV, such as draws from a posterior") },
    { IN(DIRICHLET), "of", LIST_OF(NAME), REQUIRED_FILLED,
        HELP("parameters whose values sum to 1") },
    { IN(DIRICHLET), "n", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("how many were observed: the counts are the values times this") },
    { IN(DIRICHLET), "counts", LIST_OF(CONSTANT), MEANS(NUMBER), FILLED, EXACTLY_ONE(1),
        HELP("one for each parameter; their shares are the means, whatever the values are") },
    { IN(MULTIVARIATE_NORMAL), "of", LIST_OF(NAME), REQUIRED_FILLED,
        HELP("parameters, in the order in which the matrix is factorised") },
    { IN(MULTIVARIATE_NORMAL), "scale", AS(CHOICE), .choices = "plain|log|logit", DEFAULT("plain"),
        HELP("scale on which they are normal: the values, their logarithms or log odds") },
    { IN(MULTIVARIATE_NORMAL), "covariance", .forms = TWP_FORM_MATRIX, .value = TWP_VALUE_CONSTANT,
        MEANS(ANY), FILLED, EXACTLY_ONE(1), HELP("covariances on that scale") },
    { IN(MULTIVARIATE_NORMAL), "se", LIST_OF(CONSTANT), MEANS(ANY), FILLED, EXACTLY_ONE(1),
        HELP("standard errors on that scale, one for each parameter") },
    { IN(MULTIVARIATE_NORMAL), "correlation", .forms = TWP_FORM_MATRIX, .value = TWP_VALUE_CONSTANT,
        MEANS(NUMBER), WITH("se"), REQUIRED_FILLED, HELP("correlations on that scale") },
    { IN(POSTERIOR_DRAWS), "from", AS(PATH), REQUIRED,
        HELP("CSV file with one row a draw, its path from the file that says so") },
    { IN(POSTERIOR_DRAWS), "columns", MAP_OF(TEXT), .names = TWP_NAMES_REFERENCE, REQUIRED_FILLED,
        HELP("parameter: its column; numbers in the unit of the parameter's value") },
    { IN(POSTERIOR_DRAWS), "take", AS(CHOICE), .choices = "in_order|at_random", DEFAULT("in_order"),
        HELP("set k takes row k, or a row drawn with equal chances, with replacement") },

    { IN(TABLE), "from", AS(PATH), REQUIRED,
        HELP("CSV file, its path from the file that says so") },
    { IN(TABLE), "by", .forms = TWP_FORM_LIST, .value = TWP_VALUE_TEXT, ITEM(TABLE_COLUMN),
        REQUIRED_FILLED,
        HELP("one to four columns of keys, in the order of the arguments; a plain name has no "
             "unit") },
    { IN(TABLE), "value", AS(TEXT), REQUIRED, HELP("column of the values") },
    { IN(TABLE), "unit", AS(TEXT), DEFAULT("none"), HELP("unit of the values: `1 / year`") },
    { IN(TABLE_COLUMN), "column", AS(TEXT), REQUIRED, HELP("name of the column") },
    { IN(TABLE_COLUMN), "unit", AS(TEXT), DEFAULT("none"), AT_MOST_ONE(1),
        HELP("unit of its numbers") },
    { IN(TABLE_COLUMN), "is", MAP_OF(TEXT), .names = TWP_NAMES_REFERENCE, FILLED_SETTING,
        AT_MOST_ONE(1), DEFAULT("the cells are the categories"),
        HELP(
            "category, or `true` and `false`: the text of its cells; makes it a column of texts") },

    { IN(PATIENT), "count", AS(COUNT), REQUIRED_SETTING, .unless = "from",
        HELP("number of twins; with `from` at most so many rows") },
    { IN(PATIENT), "from", AS(PATH), HELP("CSV of real patients, one row a twin") },
    { IN(PATIENT), "id", AS(TEXT), WITH("from"), DEFAULT("the row's number"),
        HELP("column of ids: unique integers from 0, below 2^40") },
    { IN(PATIENT), "first_row_of", AS(TEXT), WITH("from"),
        HELP("column that names a patient of several rows: the first row counts") },
    { IN(PATIENT), "enters", VALUE_OR_BLOCK(CONSTANT, DISTRIBUTION), MEANS(TIME), DEFAULT("0 days"),
        HELP("calendar time of entry, from which a twin's clocks count") },
    { IN(PATIENT), "age", AS(TWIN), MEANS(TIME),
        HELP("age at entry, for clocks that count from birth") },
    { IN(PATIENT), "attributes", MAP_OF_VALUE_OR(CONSTANT, DISTRIBUTION), MEANS(ANY),
        HELP("fixed numbers of a twin") },
    { IN(PATIENT), "correlated", BLOCK(CORRELATED), HELP("Gaussian copula over attributes") },
    { IN(PATIENT), "variables", MAP(VARIABLE), HELP("changing numbers of a twin") },
    { IN(PATIENT), "formulas", MAP_OF(INSTANT), MEANS(ANY),
        HELP("named expressions, refreshed whenever a word in them changes") },
    { IN(PATIENT), "actions", .forms = TWP_FORM_MAP_OF_LISTS, .value = TWP_VALUE_NAME, ITEM(ACTION),
        HELP("named lists of actions; each is a happening too") },
    { IN(PATIENT), "tracks", MAP(TRACK), REQUIRED_FILLED,
        HELP("state machines that run side by side") },
    { IN(PATIENT), "doses", MAP(DOSES), HELP("medicines of which doses are taken or missed") },
    { IN(PATIENT), "utility", BLOCK(UTILITY), HELP("quality of life") },

    { IN(DISTRIBUTION), "normal", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2, EXACTLY_ONE(1),
        HELP("[mean, sd]") },
    { IN(DISTRIBUTION), "lognormal", BLOCK(DIST_LOGNORMAL), EXACTLY_ONE(1),
        HELP("exp of a normal number") },
    { IN(DISTRIBUTION), "uniform", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2, EXACTLY_ONE(1),
        HELP("[low, high]") },
    { IN(DISTRIBUTION), "beta", LIST_OF(CONSTANT), MEANS(NUMBER), .n_items = 2, EXACTLY_ONE(1),
        HELP("[a, b], mean a / (a + b)") },
    { IN(DISTRIBUTION), "gamma", BLOCK(DIST_GAMMA), EXACTLY_ONE(1), HELP("mean shape * scale") },
    { IN(DISTRIBUTION), "exponential", BLOCK(DIST_EXPONENTIAL), EXACTLY_ONE(1),
        HELP("mean 1 / rate") },
    { IN(DISTRIBUTION), "weibull", BLOCK(DIST_WEIBULL), EXACTLY_ONE(1),
        HELP("survival exp(-(x / scale)^shape)") },
    { IN(DISTRIBUTION), "triangular", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 3, EXACTLY_ONE(1),
        HELP("[low, mode, high]") },
    { IN(DISTRIBUTION), "chance", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("true with this probability, else false") },
    { IN(DISTRIBUTION), "categories", MAP_OF(CONSTANT), MEANS(NUMBER), FILLED, EXACTLY_ONE(1),
        HELP("one name each with its probability; they sum to 1") },
    { IN(DISTRIBUTION), "column", AS(TEXT), EXACTLY_ONE(1), HELP("column of the patients' CSV") },
    { IN(DISTRIBUTION), "by", AS(NAME), EXACTLY_ONE(1),
        HELP("categorical attribute that chooses one of the distributions of `is`") },
    { IN(DISTRIBUTION), "unit", AS(TEXT), WITH("column"), DEFAULT("none"),
        HELP("unit of the column's numbers") },
    { IN(DISTRIBUTION), "is", MAP_OF(TEXT), WITH("column"), FILLED,
        HELP("category: the text of its cells; makes the column categorical") },
    { IN(DISTRIBUTION), "is", MAP_OF_VALUE_OR(CONSTANT, DISTRIBUTION), MEANS(ANY), WITH("by"),
        REQUIRED_FILLED, HELP("category: distribution, one for each") },
    { IN(DISTRIBUTION), "steps_of", AS(NAME), EXACTLY_ONE(1),
        HELP("attribute that is a number: groups of it, as of age") },
    { IN(DISTRIBUTION), "from", LIST_OF(CONSTANT), MEANS(ANY), WITH("steps_of"),
        .flags = TWP_KEY_REQUIRED | TWP_KEY_FILLED | TWP_KEY_SETTING,
        HELP("where the groups begin, rising; below the first the first holds") },
    { IN(DISTRIBUTION), "is", LIST_OF(NAME), WITH("steps_of"), REQUIRED_FILLED,
        HELP("category from there on, one for each") },
    { IN(DISTRIBUTION), "within", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2,
        WITH("normal|lognormal|uniform|beta|gamma|exponential|weibull|triangular"),
        HELP("[low, high]: cut off there, and no more than that: the rest keeps its proportions") },
    { IN(DISTRIBUTION), "stream", AS(TEXT), DEFAULT("the qualified name"),
        HELP("keeps an older name's random numbers through a renaming") },

    { IN(DIST_LOGNORMAL), "median", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("median") },
    { IN(DIST_LOGNORMAL), "meanlog", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("mean of the logarithm; durations in days") },
    { IN(DIST_LOGNORMAL), "sigma_log", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2),
        HELP("standard deviation of the logarithm") },
    { IN(DIST_LOGNORMAL), "sdlog", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2),
        HELP("the same, as flexsurv says it") },
    { IN(DIST_GAMMA), "shape", AS(CONSTANT), MEANS(NUMBER), REQUIRED, HELP("shape") },
    { IN(DIST_GAMMA), "scale", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("scale") },
    { IN(DIST_GAMMA), "mean", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("shape * scale") },
    { IN(DIST_GAMMA), "rate", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("1 / scale") },
    { IN(DIST_EXPONENTIAL), "mean", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("mean") },
    { IN(DIST_EXPONENTIAL), "rate", AS(CONSTANT), MEANS(ANY), EXACTLY_ONE(1), HELP("1 / mean") },
    { IN(DIST_WEIBULL), "shape", AS(CONSTANT), MEANS(NUMBER), REQUIRED, HELP("shape") },
    { IN(DIST_WEIBULL), "scale", AS(CONSTANT), MEANS(ANY), REQUIRED, HELP("scale") },

    { IN(CORRELATED), "of", LIST_OF(NAME), REQUIRED_FILLED,
        HELP("attributes or parameters, in the order in which the matrix is factorised") },
    { IN(CORRELATED), "normal_scores", .forms = TWP_FORM_MATRIX, .value = TWP_VALUE_CONSTANT,
        MEANS(NUMBER), REQUIRED_FILLED,
        HELP("correlations of the normal scores: symmetric, ones on the diagonal, positive "
             "definite") },

    { IN(VARIABLE), "kind", AS(CHOICE), .choices = "plain|stock", DEFAULT("plain"),
        HELP("a stock counts days of supply: it falls by one a day, never below 0") },
    { IN(VARIABLE), "starts", VALUE_OR_BLOCK(CONSTANT, DISTRIBUTION), MEANS(ANY), DEFAULT("0"),
        HELP("value at entry") },
    { IN(VARIABLE), "returns_to", AS(TWIN), MEANS(ANY), WITH("half_life"),
        HELP("level it returns to: `start`, or an expression") },
    { IN(VARIABLE), "half_life", AS(CONSTANT), MEANS(TIME), WITH("returns_to"), REQUIRED,
        HELP("time in which half of the way back is gone") },
    { IN(VARIABLE), "held_for", AS(CONSTANT), MEANS(TIME), SETTING, WITH("half_life"),
        DEFAULT("half_life / 4"), HELP("length of the steps in which it returns") },
    { IN(VARIABLE), "within", LIST_OF(CONSTANT), MEANS(ANY), .n_items = 2,
        HELP("[low, high]: never outside") },
    { IN(VARIABLE), "stream", AS(TEXT), DEFAULT("the qualified name"),
        HELP("keeps an older name's random numbers through a renaming") },

    { IN(ACTION), "add", MAP_OF(INSTANT), MEANS(ANY), FILLED, EXACTLY_ONE(1),
        HELP("variable: what is added to it") },
    { IN(ACTION), "set", MAP_OF(INSTANT), MEANS(ANY), FILLED, EXACTLY_ONE(1),
        HELP("variable: its new value") },
    { IN(ACTION), "dispense", AS(INSTANT), MEANS(TIME), EXACTLY_ONE(1), HELP("days of supply") },
    { IN(ACTION), "cost", MAP_OF(INSTANT), MEANS(MONEY), FILLED, EXACTLY_ONE(1),
        HELP("payer: amount") },
    { IN(ACTION), "contact", AS(NAME), EXACTLY_ONE(1), HELP("support: one contact is counted") },
    { IN(ACTION), "start", AS(NAME), EXACTLY_ONE(1), HELP("support that is to start") },
    { IN(ACTION), "end", AS(NAME), EXACTLY_ONE(1), HELP("support that is to end") },
    { IN(ACTION), "measure", MAP_OF(INSTANT), MEANS(NUMBER), FILLED, EXACTLY_ONE(1),
        HELP("tally: what is added to it; measure `total`") },
    { IN(ACTION), "qaly", AS(INSTANT), MEANS(TIME), EXACTLY_ONE(1),
        HELP("QALYs gained, below 0 lost: `-0.01 years`") },
    { IN(ACTION), "into", AS(NAME), WITH("dispense"), REQUIRED, HELP("the stock") },
    { IN(ACTION), "carry_over", AS(BOOLEAN), WITH("dispense"), DEFAULT("true"),
        HELP("false: what was left in the stock is thrown away") },
    { IN(ACTION), "category", AS(NAME), WITH("cost"), DEFAULT("other"),
        HELP("what it is paid for") },

    { IN(TRACK), "start", .forms = TWP_FORM_VALUE | TWP_FORM_LIST | TWP_FORM_BLOCK,
        .value = TWP_VALUE_NAME, CHILD(START_FROM), ITEM(START_CHOICE), REQUIRED_FILLED,
        HELP("state at entry: a name, a list of chances, or from an attribute") },
    { IN(TRACK), "since", AS(TWIN), MEANS(TIME), DEFAULT("0 days"),
        HELP("how long before entry the start state was entered") },
    { IN(TRACK), "states", MAP(STATE), REQUIRED_FILLED, HELP("its states; `{}` has no way out") },

    { IN(START_CHOICE), "chance", AS(TWIN), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("probability, in the order listed") },
    { IN(START_CHOICE), "otherwise", AS(NAME), EXACTLY_ONE(1), HELP("state, as the last choice") },
    { IN(START_CHOICE), "to", AS(NAME), WITH("chance"), REQUIRED, HELP("state") },
    { IN(START_FROM), "from", AS(NAME), REQUIRED, HELP("attribute") },
    { IN(START_FROM), "is", MAP_OF(TEXT), .names = TWP_NAMES_REFERENCE,
        .flags = TWP_KEY_REQUIRED | TWP_KEY_FILLED | TWP_KEY_SETTING,
        HELP("state: the category or number that means it") },

    { IN(STATE), "enter", ACTIONS, HELP("done on entering") },
    { IN(STATE), "leave", ACTIONS, HELP("done on leaving") },
    { IN(STATE), "cost", .forms = TWP_FORM_BLOCK | TWP_FORM_LIST, CHILD(STATE_COST),
        ITEM(STATE_COST), FILLED,
        HELP("money that flows while in the state; a list for several categories") },
    { IN(STATE), "*", BLOCK(EXIT), HELP("an exit") },
    { IN(STATE_COST), "category", AS(NAME), DEFAULT("other"), HELP("what it is paid for") },
    { IN(STATE_COST), "*", VALUE_OR_BLOCK(STEP, OVER_TIME), MEANS(MONEY_PER_TIME),
        HELP("a payer: amount per time") },
    { IN(OVER_TIME), "from", LIST_OF(CONSTANT), MEANS(TIME), FILLED, DEFAULT("[0 days]"),
        HELP("starts of the pieces, rising from 0 days") },
    { IN(OVER_TIME), "is", VALUE_OR_LIST(STEP), MEANS(ANY), REQUIRED_FILLED,
        HELP("the amount at the start of each piece") },
    { IN(OVER_TIME), "grows", VALUE_OR_LIST(STEP), MEANS(ANY), FILLED, DEFAULT("0"),
        HELP("what is added to it per time since then") },
    { IN(OVER_TIME), "counts_from", AS(CHOICE), .choices = "entry|study|birth", DEFAULT("entry"),
        HELP("when the time is 0: entry into the state, into the study, or birth") },

    { IN(EXIT), "hazard", BLOCK(LAW), EXACTLY_ONE(1), HELP("at a random time") },
    { IN(EXIT), "after", AS(INSTANT), MEANS(TIME), EXACTLY_ONE(1),
        HELP("a fixed time after entering the state; evaluated then, > 0") },
    { IN(EXIT), "upon", VALUE_OR_LIST(REFERENCE), FILLED, EXACTLY_ONE(1),
        HELP("at once when any of these happens") },
    { IN(EXIT), "every", AS(INSTANT), MEANS(TIME), EXACTLY_ONE(1),
        HELP("at regular times from entering the state; evaluated then, > 0") },
    { IN(EXIT), "to", AS(NAME), AT_MOST_ONE(2), DEFAULT("stays, only this exit starts again"),
        HELP("state; its own: leaves and enters again") },
    { IN(EXIT), "choose", .forms = TWP_FORM_LIST | TWP_FORM_BLOCK, CHILD(CHOICES), ITEM(BRANCH),
        FILLED, AT_MOST_ONE(2),
        HELP("one of these, tried in order with one random number; a row of a transition matrix") },
    { IN(EXIT), "only_while", AS(CONDITION), WITH("hazard"), DEFAULT("always"),
        HELP("the hazard is 0 while this is false") },
    { IN(EXIT), "effects", BLOCKS(HAZARD_EFFECT), WITH("hazard"), HELP("what moves the hazard") },
    { IN(EXIT), "do", ACTIONS, HELP("done between leaving and entering") },
    { IN(EXIT), "if", AS(INSTANT_CONDITION), WITH("upon|every"), DEFAULT("always"),
        HELP("else nothing happens this time") },
    { IN(EXIT), "priority", AS(INTEGER), SETTING, WITH("hazard|after|every"), DEFAULT("0"),
        HELP("higher goes first among clocks that fire at the same time") },
    { IN(EXIT), "counts_from", AS(CHOICE), .choices = "entry|study|birth", WITH("hazard"),
        AT_MOST_ONE(3), DEFAULT("entry"),
        HELP("when the clock is 0: entry into the state, into the study, or birth") },
    { IN(EXIT), "since", AS(REFERENCE), WITH("hazard"), AT_MOST_ONE(3),
        HELP("track.state: the clock is 0 when that state is entered, and before it there is no "
             "hazard") },
    { IN(EXIT), "stream", AS(TEXT), DEFAULT("the qualified name"),
        HELP("keeps an older name's random numbers through a renaming") },

    { IN(DOSES), "while", AS(CONDITION), DEFAULT("always"),
        HELP("on this therapy: doses are due while it is true") },
    { IN(DOSES), "every", AS(CONSTANT), MEANS(TIME), DEFAULT("1 day"),
        HELP("from one dose due to the next; > 0") },
    { IN(DOSES), "stock", AS(NAME), DEFAULT("there is always a dose at hand"),
        HELP("the stock from which doses are taken") },
    { IN(DOSES), "uses", AS(CHOICE), .choices = "taken|prescribed", WITH("stock"), DEFAULT("taken"),
        HELP("taken: the stock falls only while doses are taken; prescribed: every day, as stocks "
             "do") },
    { IN(DOSES), "slip", BLOCK(MISSED_RUN), HELP("a dose missed now and then") },
    { IN(DOSES), "holiday", BLOCK(MISSED_RUN), HELP("a run of missed doses that tends to go on") },

    { IN(MISSED_RUN), "chance", AS(STEP), MEANS(NUMBER), REQUIRED,
        HELP("chance at each dose due that it begins, after a dose that was taken") },
    { IN(MISSED_RUN), "goes_on", AS(STEP), MEANS(NUMBER), REQUIRED,
        HELP("chance at each dose due that it goes on, after a dose that was missed") },
    { IN(MISSED_RUN), "effects", BLOCKS(HAZARD_EFFECT), HELP("what moves its beginning") },

    { IN(CHOICES), "otherwise", AS(NAME), REQUIRED, HELP("state or `stay`, with the chance left") },
    { IN(CHOICES), "*", VALUE_OR_BLOCK(INSTANT, CHANCE_STEPS), MEANS(NUMBER),
        .names = TWP_NAMES_REFERENCE, HELP("a state: its chance") },
    { IN(BRANCH), "chance", VALUE_OR_BLOCK(INSTANT, CHANCE_STEPS), MEANS(NUMBER), EXACTLY_ONE(1),
        HELP("probability, in [0, 1]") },
    { IN(BRANCH), "otherwise", AS(NAME), EXACTLY_ONE(1),
        HELP("state or `stay`, as the last branch") },
    { IN(BRANCH), "to", AS(NAME), WITH("chance"), DEFAULT("stay"), HELP("state or `stay`") },
    { IN(BRANCH), "effects", BLOCKS(CHANCE_EFFECT), WITH("chance"), HELP("what moves the chance") },
    { IN(BRANCH), "do", ACTIONS, HELP("done between leaving and entering") },
    { IN(CHANCE_STEPS), "steps_of", AS(INSTANT), MEANS(ANY), REQUIRED, HELP("what it depends on") },
    { IN(CHANCE_STEPS), "unit", AS(TEXT), DEFAULT("none"), HELP("unit of `from`") },
    { IN(CHANCE_STEPS), "from", LIST_OF(CONSTANT), MEANS(ANY), REQUIRED_FILLED,
        HELP("rising; below the first the first chance holds") },
    { IN(CHANCE_STEPS), "is", LIST_OF(CONSTANT), MEANS(NUMBER), REQUIRED_FILLED,
        HELP("chance from there on") },

    { IN(PIECEWISE), "from", LIST_OF(CONSTANT), MEANS(TIME), REQUIRED_FILLED,
        HELP("starts of the pieces, rising from 0 days") },
    { IN(PIECEWISE), "rate", LIST_OF(CONSTANT), MEANS(PER_TIME), REQUIRED_FILLED,
        HELP("hazard of each piece") },

    { IN(SPLINE), "gammas", LIST_OF(CONSTANT), MEANS(NUMBER), REQUIRED_FILLED,
        HELP("coefficients gamma0, gamma1, ..., one for each knot") },
    { IN(SPLINE), "knots", LIST_OF(CONSTANT), MEANS(NUMBER), REQUIRED_FILLED,
        HELP("knots on the log-time scale, rising, the boundary knots first and last") },
    { IN(SPLINE), "scale", AS(CHOICE), .choices = TWP_SPLINE_SCALES, DEFAULT("hazard"),
        HELP("what the spline is: log H, the log odds of the event, or a normal quantile") },
    { IN(SPLINE), "time_unit", AS(CONSTANT), MEANS(TIME), REQUIRED,
        HELP("unit of time in which the model was fitted") },
    { IN(SPLINE), "location", AS(STEP), MEANS(NUMBER), DEFAULT("0"),
        HELP("added to gamma0: covariates times their coefficients, as the clock starts") },

    { IN(POLYNOMIAL), "powers", LIST_OF(CONSTANT), MEANS(NUMBER), REQUIRED_FILLED,
        HELP("powers of t, not falling; 0 is log t, one that repeats takes another log t") },
    { IN(POLYNOMIAL), "coefficients", LIST_OF(CONSTANT), MEANS(NUMBER), REQUIRED_FILLED,
        HELP("the constant, then one for each power") },
    { IN(POLYNOMIAL), "time_unit", AS(CONSTANT), MEANS(TIME), REQUIRED,
        HELP("unit of t, and of the hazard's 1 / t") },
    { IN(POLYNOMIAL), "location", AS(STEP), MEANS(NUMBER), DEFAULT("0"),
        HELP("added to the constant: covariates times their coefficients, as the clock starts") },

    { IN(LIFE_TABLE), "table", AS(NAME), REQUIRED,
        HELP("a table of hazards whose first column is the clock's age") },
    { IN(LIFE_TABLE), "of", LIST_OF(STEP), MEANS(ANY), DEFAULT("none"),
        HELP("value for each further column of the table, as the clock starts") },
    { IN(LIFE_TABLE), "chance_within", AS(CONSTANT), MEANS(TIME), DEFAULT("the values are hazards"),
        HELP("the values are chances of the event within this time, as the q of life tables") },

    { IN(HAZARD_EFFECT), "if", AS(CONDITION), EXACTLY_ONE(1), HELP("acts while this is true") },
    { IN(HAZARD_EFFECT), "per", AS(STEP), MEANS(ANY), EXACTLY_ONE(1),
        HELP("acts once for each of this number") },
    { IN(HAZARD_EFFECT), "unit", AS(CONSTANT), MEANS(ANY), WITH("per"), DEFAULT("1"),
        HELP("what one is: `per: age, unit: 10 years`") },
    { IN(HAZARD_EFFECT), "hr", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2), HELP("hazard ratio") },
    { IN(HAZARD_EFFECT), "time_ratio", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2),
        HELP("how much longer times become") },

    { IN(CHANCE_EFFECT), "if", AS(INSTANT_CONDITION), EXACTLY_ONE(1),
        HELP("acts while this is true") },
    { IN(CHANCE_EFFECT), "per", AS(INSTANT), MEANS(ANY), EXACTLY_ONE(1),
        HELP("acts once for each of this number") },
    { IN(CHANCE_EFFECT), "unit", AS(CONSTANT), MEANS(ANY), WITH("per"), DEFAULT("1"),
        HELP("what one is: `per: age, unit: 10 years`") },
    { IN(CHANCE_EFFECT), "or", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2), HELP("odds ratio") },
    { IN(CHANCE_EFFECT), "rr", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2),
        HELP("ratio of the chances, at the chance `at`") },
    { IN(CHANCE_EFFECT), "difference", AS(CONSTANT), MEANS(NUMBER), EXACTLY_ONE(2),
        HELP("difference of the chances, at the chance `at`") },
    { IN(CHANCE_EFFECT), "at", AS(CONSTANT), MEANS(NUMBER), WITH("rr|difference"), REQUIRED,
        HELP("chance without the effect at which it was seen") },

    { IN(UTILITY), "base", VALUE_OR_BLOCK(STEP, OVER_TIME), MEANS(NUMBER), REQUIRED,
        HELP("utility of a year") },
    { IN(UTILITY), "add", MAP_OF_VALUE_OR(STEP, OVER_TIME), MEANS(NUMBER),
        .names = TWP_NAMES_CONDITION, AT_MOST_ONE(1),
        HELP("condition, such as track.state: added to the base while it is true") },
    { IN(UTILITY), "multiply", MAP_OF_VALUE_OR(STEP, OVER_TIME), MEANS(NUMBER),
        .names = TWP_NAMES_CONDITION, AT_MOST_ONE(1),
        HELP("condition: factor of the base while it is true") },
    { IN(UTILITY), "min", MAP_OF_VALUE_OR(STEP, OVER_TIME), MEANS(NUMBER),
        .names = TWP_NAMES_CONDITION, AT_MOST_ONE(1),
        HELP("condition: the utility is at most this while it is true") },

    { IN(OBSERVATION), "of", AS(REFERENCE), REQUIRED,
        HELP("a happening, which is seen and counted, or a value, which is known") },
    { IN(OBSERVATION), "delay", AS(CONSTANT), MEANS(TIME), DEFAULT("0 days"),
        HELP("from the happening to its being seen") },

    { IN(SUPPORT), "offer", BLOCK(OFFER), REQUIRED, HELP("when it is offered") },
    { IN(SUPPORT), "eligible", AS(CONDITION), DEFAULT("true"), HELP("to whom, over observations") },
    { IN(SUPPORT), "consent", AS(NAME), HELP("a consent that it needs") },
    { IN(SUPPORT), "channel", AS(TEXT), TELLS, HELP("how the twin is reached") },
    { IN(SUPPORT), "uptake", VALUE_OR_BLOCK(INSTANT, UPTAKE), MEANS(NUMBER), DEFAULT("1"),
        HELP("probability that an offer is accepted") },
    { IN(SUPPORT), "waits", AS(CONSTANT), MEANS(TIME), DEFAULT("begins at once"),
        HELP("from accepting to its begin") },
    { IN(SUPPORT), "lasts", VALUE_OR_BLOCK(CONSTANT, LASTS), MEANS(TIME), DEFAULT("for ever"),
        HELP("how long it is active: a duration or a law") },
    { IN(SUPPORT), "at_most", AS(AT_MOST), SETTING, DEFAULT("no limit"),
        HELP("offers to one twin: `3`, or `1 in 60 days`") },
    { IN(SUPPORT), "effects", BLOCKS(SUPPORT_EFFECT), HELP("what it moves while active") },
    { IN(SUPPORT), "contacts", BLOCK(CONTACTS), HELP("contacts while active") },
    { IN(SUPPORT), "cost", BLOCK(SUPPORT_COST), HELP("what it costs, by who pays") },
    { IN(SUPPORT), "enter", ACTIONS, HELP("done when it begins") },
    { IN(SUPPORT), "leave", ACTIONS, HELP("done when it ends") },

    { IN(OFFER), "upon", VALUE_OR_LIST(REFERENCE), FILLED, EXACTLY_ONE(1),
        HELP("observations that make an offer") },
    { IN(OFFER), "every", AS(CONSTANT), MEANS(TIME), EXACTLY_ONE(1),
        HELP("regular offers, from the entry and again from the end of the last one") },
    { IN(OFFER), "if", AS(CONDITION), DEFAULT("true"), HELP("over observations") },

    { IN(UPTAKE), "chance", VALUE_OR_BLOCK(INSTANT, CHANCE_STEPS), MEANS(NUMBER), REQUIRED,
        HELP("probability, in [0, 1]") },
    { IN(UPTAKE), "effects", BLOCKS(CHANCE_EFFECT), HELP("what moves the chance") },

    { IN(LASTS), "hazard", BLOCK(LAW), EXACTLY_ONE(1), HELP("ends at a random time") },

    { IN(SUPPORT_EFFECT), "on_exit", AS(REFERENCE), EXACTLY_ONE(1),
        HELP("track.state.exit whose hazard it moves") },
    { IN(SUPPORT_EFFECT), "on_chance", AS(REFERENCE), EXACTLY_ONE(1),
        HELP("track.state.exit.target whose chance it moves") },
    { IN(SUPPORT_EFFECT), "hr", AS(CONSTANT), MEANS(NUMBER), WITH("on_exit"), EXACTLY_ONE(2),
        HELP("hazard ratio") },
    { IN(SUPPORT_EFFECT), "time_ratio", AS(CONSTANT), MEANS(NUMBER), WITH("on_exit"),
        EXACTLY_ONE(2), HELP("how much longer times become") },
    { IN(SUPPORT_EFFECT), "or", AS(CONSTANT), MEANS(NUMBER), WITH("on_chance"), EXACTLY_ONE(2),
        HELP("odds ratio") },
    { IN(SUPPORT_EFFECT), "rr", AS(CONSTANT), MEANS(NUMBER), WITH("on_chance"), EXACTLY_ONE(2),
        HELP("ratio of the chances, at the chance `at`") },
    { IN(SUPPORT_EFFECT), "difference", AS(CONSTANT), MEANS(NUMBER), WITH("on_chance"),
        EXACTLY_ONE(2), HELP("difference of the chances, at the chance `at`") },
    { IN(SUPPORT_EFFECT), "at", AS(CONSTANT), MEANS(NUMBER), WITH("rr|difference"), REQUIRED,
        HELP("chance without the effect at which it was seen") },
    { IN(SUPPORT_EFFECT), "per", AS(STEP), MEANS(NUMBER), DEFAULT("1"),
        HELP("acts once for each of this number") },
    { IN(SUPPORT_EFFECT), "fades", BLOCK(FADES), DEFAULT("lasts while active"),
        HELP("how it wears off from the support's begin") },
    { IN(FADES), "half_life", AS(CONSTANT), MEANS(TIME), REQUIRED,
        HELP("time in which half of the logarithm of the ratio is gone") },
    { IN(FADES), "held_for", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("half_life / 4"),
        HELP("length of the steps in which it fades") },

    { IN(CONTACTS), "every", AS(CONSTANT), MEANS(TIME), EXACTLY_ONE(1),
        HELP("regular contacts from the begin") },
    { IN(CONTACTS), "upon", VALUE_OR_LIST(REFERENCE), FILLED, EXACTLY_ONE(1),
        HELP("observations that make a contact") },
    { IN(CONTACTS), "if", AS(CONDITION), DEFAULT("true"), HELP("over observations") },
    { IN(CONTACTS), "reached", AS(INSTANT), MEANS(NUMBER), DEFAULT("1"),
        HELP("probability that the twin is reached") },
    { IN(CONTACTS), "do", ACTIONS, HELP("done when reached") },
    { IN(CONTACTS), "cost", MAP_OF(INSTANT), MEANS(MONEY), FILLED,
        HELP("payer: amount of each contact, reached or not") },
    { IN(CONTACTS), "category", AS(NAME), WITH("cost"), DEFAULT("support"),
        HELP("what it is paid for") },
    { IN(SUPPORT_COST), "category", AS(NAME), DEFAULT("support"), HELP("what it is paid for") },
    { IN(SUPPORT_COST), "*", BLOCK(PAYER_COST), HELP("a payer") },
    { IN(PAYER_COST), "offer", AS(CONSTANT), MEANS(MONEY), HELP("each offer") },
    { IN(PAYER_COST), "start", AS(CONSTANT), MEANS(MONEY), HELP("each begin") },
    { IN(PAYER_COST), "contact", AS(CONSTANT), MEANS(MONEY), HELP("each contact") },
    { IN(PAYER_COST), "run", VALUE_OR_BLOCK(CONSTANT, OVER_TIME), MEANS(MONEY_PER_TIME),
        HELP("while active") },

    { IN(CONSENT), "*", BLOCK(DISTRIBUTION), HELP("a consent: a distribution that is a chance") },
    { IN(TOGETHER), "hazards", AS(CHOICE), .choices = "multiply", DEFAULT("multiply"),
        HELP("ratios on one hazard") },
    { IN(TOGETHER), "chances", AS(CHOICE), .choices = "add_on_logit", DEFAULT("add_on_logit"),
        HELP("odds ratios on one chance") },
    { IN(TOGETHER), "*", AS(CHOICE), .choices = "strongest_only", .names = TWP_NAMES_REFERENCE,
        HELP("track.state.exit: of the supports' effects on it only the strongest counts") },

    { IN(STRATEGY), "baseline", AS(BOOLEAN), DEFAULT("false"),
        HELP("the strategy with which the others are compared") },
    { IN(STRATEGY), "supports", LIST_OF(NAME), DEFAULT("none"), HELP("supports on offer") },
    { IN(STRATEGY), "from", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("0 days"),
        HELP("calendar time at which they begin") },
    { IN(STRATEGY), "ramp", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("0 days"),
        HELP("time over which they reach all twins, evenly") },
    { IN(STRATEGY), "set", MAP_OF(ANY), .names = TWP_NAMES_PATH,
        HELP("path or parameter: value that replaces it") },

    { IN(TARGET), "is", AS(CONSTANT), MEANS(ANY), REQUIRED, HELP("what it must be") },
    { IN(TARGET), "within", AS(CONSTANT), MEANS(ANY), REQUIRED_SETTING, HELP("tolerance, > 0") },
    { IN(TARGET), "strategy", AS(NAME), DEFAULT("the baseline"), HELP("under which strategy") },
    { IN(TARGET), "role", AS(CHOICE), .choices = "fit|predict", DEFAULT("predict"),
        HELP("calibration fits it, or the model is judged by it") },

    { IN(REPORT), "measures", .forms = TWP_FORM_LIST, .value = TWP_VALUE_MEASURE, ITEM(MEASURE),
        HELP("what is compared") },
    { IN(REPORT), "permissible_gap", AS(CONSTANT), MEANS(TIME), DEFAULT("60 days"),
        HELP("gap without supply that ends persistence") },
    { IN(REPORT), "window", AS(CONSTANT), MEANS(TIME), DEFAULT("the whole life"),
        HELP("window of PDC, MPR and refills") },
    { IN(REPORT), "by", LIST_OF(REFERENCE), HELP("segments: truths and categories") },
    { IN(REPORT), "discount", BLOCK(DISCOUNT), DEFAULT("no discounting"),
        HELP("of cost and QALYs") },
    { IN(REPORT), "worth_of_a_qaly", LIST_OF(CONSTANT), MEANS(MONEY),
        HELP("willingness to pay for net benefits") },
    { IN(REPORT), "acceptability", BLOCK(ACCEPTABILITY), DEFAULT("the worths of `worth_of_a_qaly`"),
        HELP("more worths of a QALY, at which it is told which strategy is the best buy") },
    { IN(ACCEPTABILITY), "from", AS(CONSTANT), MEANS(MONEY), DEFAULT("0"),
        HELP("the least of them, not below 0") },
    { IN(ACCEPTABILITY), "to", AS(CONSTANT), MEANS(MONEY), REQUIRED,
        HELP("none is above it; not below `from`") },
    { IN(ACCEPTABILITY), "by", AS(CONSTANT), MEANS(MONEY), REQUIRED,
        HELP("step between them, > 0; at most 1,000 steps") },
    { IN(REPORT), "uncertainty", BLOCK(UNCERTAINTY), DEFAULT("the values as written"),
        HELP("parameter sets that are drawn and lived") },
    { IN(UNCERTAINTY), "parameter_sets", AS(COUNT), REQUIRED,
        HELP("how many; `--parameter-sets` says otherwise") },
    { IN(UNCERTAINTY), "twins", AS(CHOICE), .choices = "fresh|same", DEFAULT("fresh"),
        HELP("other twins in every set, or the same ones; `--twins` says otherwise") },

    { IN(MEASURE), "measure", AS(MEASURE), REQUIRED, HELP("its name") },
    { IN(MEASURE), "as", AS(NAME), DEFAULT("made of the measure and its keys"),
        HELP("name of the column") },
    { IN(MEASURE), "at", VALUE_OR_LIST(CONSTANT), MEANS(TIME), FILLED_SETTING, HELP("when") },
    { IN(MEASURE), "by", VALUE_OR_LIST(CONSTANT), MEANS(TIME), FILLED_SETTING, HELP("until when") },
    { IN(MEASURE), "of", AS(REFERENCE), HELP("state, support, payer, tally or doses") },
    { IN(MEASURE), "against", VALUE_OR_LIST(REFERENCE), FILLED, DEFAULT("none"),
        HELP("states that compete with `of`, or censor") },
    { IN(MEASURE), "since", AS(REFERENCE), DEFAULT("entry"),
        HELP("state from whose entry it counts") },
    { IN(MEASURE), "permissible_gap", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("the report's"),
        HELP("gap without supply that ends persistence") },
    { IN(MEASURE), "window", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("the report's"),
        HELP("window from the first dispensing, or the first dose due") },
    { IN(MEASURE), "category", AS(NAME), DEFAULT("all"), HELP("of costs") },
    { IN(MEASURE), "discounted", AS(BOOLEAN),
        DEFAULT("true where the report discounts, but false for time_in_state"),
        HELP("whether discounted") },
    { IN(MEASURE), "stock", AS(NAME), DEFAULT("any"), HELP("whose dispensings") },
    { IN(MEASURE), "at_least", AS(CONSTANT), MEANS(TIME), SETTING,
        DEFAULT("3 days, but none for missed_in_runs"), HELP("shortest run of missed doses") },
    { IN(MEASURE), "at_most", AS(CONSTANT), MEANS(TIME), SETTING, DEFAULT("no limit"),
        HELP("longest run of missed doses") },

    { IN(DISCOUNT), "rate", .forms = TWP_FORM_VALUE | TWP_FORM_LIST, .value = TWP_VALUE_CONSTANT,
        MEANS(PER_TIME), ITEM(DISCOUNT_STEP), REQUIRED_FILLED, HELP("`0.03 / year`, or steps") },
    { IN(DISCOUNT), "rule", AS(CHOICE), .choices = "yearly|continuous", DEFAULT("yearly"),
        HELP("(1 + r)^(-years), or exp(-r years)") },
    { IN(DISCOUNT), "from", AS(CHOICE), .choices = "entry|start_of_time", DEFAULT("entry"),
        HELP("when it begins: each twin's entry, or the calendar's day 0") },
    { IN(DISCOUNT_STEP), "from", AS(CONSTANT), MEANS(TIME), REQUIRED, HELP("rising from 0 years") },
    { IN(DISCOUNT_STEP), "rate", AS(CONSTANT), MEANS(PER_TIME), REQUIRED,
        HELP("rate from there on") },

    { IN(RECORD), "outcomes", AS(BOOLEAN), DEFAULT("true"), HELP("one row a twin and strategy") },
    { IN(RECORD), "twins", AS(BOOLEAN), DEFAULT("true"), HELP("attributes of each twin") },
    { IN(RECORD), "events", .forms = TWP_FORM_VALUE | TWP_FORM_LIST, .value = TWP_VALUE_REFERENCE,
        .choices = "all|none", DEFAULT("all"),
        HELP("exits track.state.exit whose events are written") },
    { IN(RECORD), "trajectories", AS(BOOLEAN), DEFAULT("false"),
        HELP("variables along each life") },
    { IN(RECORD), "variables", .forms = TWP_FORM_VALUE | TWP_FORM_LIST, .value = TWP_VALUE_NAME,
        .choices = "all", DEFAULT("all"), HELP("which of them") },
    { IN(RECORD), "grid", AS(CONSTANT), MEANS(TIME), DEFAULT("1 month"),
        HELP("step of occupancy and survival curves") },

    { IN(SWEEP), "over", .forms = TWP_FORM_MAP | TWP_FORM_MAP_OF_LISTS, .value = TWP_VALUE_CONSTANT,
        MEANS(ANY), CHILD(SWEEP_RANGE), .names = TWP_NAMES_PATH,
        .flags = TWP_KEY_REQUIRED | TWP_KEY_FILLED, .unless = "from",
        HELP("paths, or names of parameters, with the values that they take: a list, or a range") },
    { IN(SWEEP), "how", AS(CHOICE), .choices = "grid|zip", AT_MOST_ONE(1), DEFAULT("grid"),
        HELP("each value with each of the others, or the first ones, the second ones, ...") },
    { IN(SWEEP), "latin_hypercube", AS(COUNT), AT_MOST_ONE(1),
        HELP("this many points that fill the ranges, each range in as many equal parts") },
    { IN(SWEEP), "sobol", AS(COUNT), AT_MOST_ONE(1),
        HELP("the first so many points of Sobol's sequence in the ranges") },
    { IN(SWEEP), "from", AS(PATH), AT_MOST_ONE(1),
        HELP("a CSV: a point a row, a column a path, its header") },
    { IN(SWEEP), "seed", AS(COUNT), WITH("latin_hypercube"), DEFAULT("1"),
        HELP("another arrangement of the points; the run's seed changes none") },
    { IN(SWEEP), "twins", AS(CHOICE), .choices = "same|fresh", DEFAULT("same"),
        HELP("the same twins at every point, or other ones") },
    { IN(SWEEP_RANGE), "from", AS(CONSTANT), MEANS(ANY), REQUIRED, HELP("lower end") },
    { IN(SWEEP_RANGE), "to", AS(CONSTANT), MEANS(ANY), REQUIRED,
        HELP("upper end, in the same unit") },
    { IN(SWEEP_RANGE), "n", AS(COUNT),
        HELP("values from end to end, evenly spaced; needed by `how`, and only there") },
    { IN(SWEEP_RANGE), "scale", AS(CHOICE), .choices = "plain|log", DEFAULT("plain"),
        HELP("even as they are, or on the logarithm") },
};
const size_t twp_n_keys = sizeof twp_keys / sizeof twp_keys[0];

const twp_key_t twp_key_source = { IN(NONE), "source", AS(TEXT), TELLS,
    HELP("where the numbers here and below come from: an evidence id, `assumption`, or text") };
const twp_key_t twp_key_note = { IN(NONE), "note", AS(TEXT), TELLS, HELP("a remark") };

#define ROW(block, ...) [TWP_BLOCK_##block] = { TWP_BLOCK_##block, __VA_ARGS__ }
#define SOURCED .has_source = true

const twp_block_row_t twp_blocks[TWP_N_BLOCKS] = {
    ROW(NONE, "nothing", .help = ""),
    ROW(STUDY, "study", SOURCED, .help = "The top of a file."),
    ROW(TIME, "time", .help = "The calendar."),
    ROW(MONEY, "money", SOURCED, .help = "Long form of `money: USD 2023`."),
    ROW(PARAMETER, "parameter", SOURCED, .help = "A named number; a plain value is its `value`."),
    ROW(TABLE, "table", SOURCED,
        .help = "A table of numbers, called like a function: `NAME(age + time, sex)`."),
    ROW(TABLE_COLUMN, "table column", .help = "One column of a table's keys."),
    ROW(UNCERTAIN, "uncertain", SOURCED, .help = "The distribution of a number that is not sure."),
    ROW(UNCERTAIN_NORMAL, "uncertain normal", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_LOGNORMAL, "uncertain lognormal", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_BETA, "uncertain beta", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_GAMMA, "uncertain gamma", .help = "Arguments of the distribution."),
    ROW(JOINT, "joint", SOURCED, .help = "Parameters that are uncertain together."),
    ROW(DIRICHLET, "dirichlet", .help = "Arguments of the distribution."),
    ROW(MULTIVARIATE_NORMAL, "multivariate normal", .help = "Arguments of the distribution."),
    ROW(POSTERIOR_DRAWS, "posterior draws", .help = "Rows of a file."),
    ROW(PATIENT, "patient", SOURCED, .help = "The population and what a life is made of."),
    ROW(DISTRIBUTION, "distribution", SOURCED,
        .help = "How a number differs between twins; a plain value is the same for all."),
    ROW(DIST_LOGNORMAL, "lognormal", .help = "Arguments of the distribution."),
    ROW(DIST_GAMMA, "gamma", .help = "Arguments of the distribution."),
    ROW(DIST_EXPONENTIAL, "exponential", .help = "Arguments of the distribution."),
    ROW(DIST_WEIBULL, "weibull", .help = "Arguments of the distribution."),
    ROW(CORRELATED, "correlated", SOURCED,
        .help = "Attributes, or uncertain parameters, that hang together."),
    ROW(VARIABLE, "variable", SOURCED, .help = "A changing number of a twin."),
    ROW(ACTION, "action", SOURCED,
        .help = "One thing that is done; a plain name is a named action."),
    ROW(TRACK, "track", SOURCED, .help = "A state machine: exactly one of its states is current."),
    ROW(START_CHOICE, "start choice", SOURCED, .help = "One of a track's start states."),
    ROW(START_FROM, "start from", .help = "The start state as an attribute gives it."),
    ROW(STATE, "state", SOURCED, .help = "A state; every key of its own name is an exit."),
    ROW(STATE_COST, "state cost", SOURCED, .help = "Costs by payer while in a state."),
    ROW(OVER_TIME, "over time", SOURCED, .help = "An amount that changes with time."),
    ROW(EXIT, "exit", SOURCED, .help = "A way out of a state."),
    ROW(CHOICES, "choices", SOURCED, .help = "The chances of an exit by where they lead."),
    ROW(BRANCH, "branch", SOURCED, .help = "One way an exit can go."),
    ROW(CHANCE_STEPS, "chance steps", SOURCED, .help = "A chance that is a table of a number."),
    ROW(LAW, "law", .families_group = 1, .help = "A hazard law: one family with its parameters."),
    ROW(PIECEWISE, "piecewise", .help = "A hazard constant over pieces of the clock's age."),
    ROW(SPLINE, "spline",
        .help = "Royston and Parmar's law, as flexsurvspline fits it: a natural cubic spline of "
                "log t."),
    ROW(POLYNOMIAL, "fractional polynomial",
        .help = "A log hazard that is a fractional polynomial of time."),
    ROW(LIFE_TABLE, "life table", .help = "A hazard constant between the ages of a table."),
    ROW(HAZARD_EFFECT, "effect on a hazard", SOURCED, .help = "What moves an exit's hazard."),
    ROW(CHANCE_EFFECT, "effect on a chance", SOURCED, .help = "What moves a chance."),
    ROW(DOSES, "doses", SOURCED,
        .help = "Doses of one medicine; a track of its name: not_due, taken, slip, holiday, "
                "no_supply."),
    ROW(MISSED_RUN, "missed run", SOURCED, .help = "One kind of missed doses."),
    ROW(UTILITY, "utility", SOURCED, .help = "Quality of life, integrated to QALYs."),
    ROW(OBSERVATION, "observation", SOURCED, .help = "Something the programme sees."),
    ROW(SUPPORT, "support", SOURCED,
        .help = "An intervention; a track of its name: idle, waiting, active, over."),
    ROW(OFFER, "offer", SOURCED, .help = "When a support is offered."),
    ROW(UPTAKE, "uptake", SOURCED, .help = "Whether an offer is accepted."),
    ROW(LASTS, "lasts", SOURCED, .families_group = 1,
        .help = "How long a support is active: `hazard:` with a law, or the law itself."),
    ROW(SUPPORT_EFFECT, "effect of a support", SOURCED,
        .help = "Acts while the support is active."),
    ROW(FADES, "fades", SOURCED, .help = "How an effect wears off."),
    ROW(CONTACTS, "contacts", SOURCED, .help = "Contacts while a support is active."),
    ROW(SUPPORT_COST, "support cost", SOURCED, .help = "Costs of a support by payer."),
    ROW(PAYER_COST, "payer cost", .help = "What one payer pays for a support."),
    ROW(CONSENT, "consent", SOURCED, .help = "Consents by name."),
    ROW(TOGETHER, "together", .help = "How effects on the same thing combine."),
    ROW(STRATEGY, "strategy", SOURCED, .help = "Supports on offer, and numbers that differ."),
    ROW(TARGET, "target", SOURCED, .includes = TWP_BLOCK_MEASURE,
        .help = "A measure and what it must be; takes the keys of the measure as well."),
    ROW(REPORT, "report", .help = "What is compared and printed."),
    ROW(ACCEPTABILITY, "acceptability", .help = "Worths of a QALY in even steps."),
    ROW(UNCERTAINTY, "uncertainty", .help = "Parameter sets of a run."),
    ROW(MEASURE, "measure", .help = "A measure with its keys; a plain name has none."),
    ROW(DISCOUNT, "discount", SOURCED, .help = "How the future is discounted."),
    ROW(DISCOUNT_STEP, "discount step", .help = "A rate from some time on."),
    ROW(RECORD, "record", .help = "What the results file holds."),
    ROW(SWEEP, "sweep",
        .help = "Points: the numbers of the study that change from one to the next."),
    ROW(SWEEP_RANGE, "sweep range", .help = "The values between two ends."),
};

const char *const twp_reserved_words[] = { "and", "or", "not", "if", "min", "max", "exp", "log",
    "sqrt", "abs", "floor", "logistic", "steps", "entries", "time", "time_in", "true", "false",
    "stay", "otherwise", "yes", "no", "on", "off", "null", "source", "note", "replace" };
const size_t twp_n_reserved_words = sizeof twp_reserved_words / sizeof twp_reserved_words[0];

bool
twp_keys_is_listed(const char *list, const char *name)
{
    const size_t length = strlen(name);

    for (const char *word = list; word != NULL;) {
        const char *const bar = strchr(word, '|');
        const size_t n = bar != NULL ? (size_t) (bar - word) : strlen(word);
        if (n == length && memcmp(word, name, n) == 0)
            return true;
        word = bar != NULL ? bar + 1 : NULL;
    }
    return false;
}

bool
twp_keys_is_in(const twp_key_t *row, twp_block_t block)
{
    return row->block == block ||
        (twp_blocks[block].includes != TWP_BLOCK_NONE && row->block == twp_blocks[block].includes);
}

/* One of the "|"-separated keys stands there. */
static bool
has_one_of(const char *list, bool (*has_key)(const void *, const char *), const void *context)
{
    char word[64];

    for (const char *at = list; at != NULL;) {
        const char *const bar = strchr(at, '|');
        const size_t n = bar != NULL ? (size_t) (bar - at) : strlen(at);
        if (n < sizeof word) {
            memcpy(word, at, n);
            word[n] = '\0';
            if (has_key(context, word))
                return true;
        }
        at = bar != NULL ? bar + 1 : NULL;
    }
    return false;
}

const twp_key_t *
twp_keys_find(twp_block_t block, const char *name, bool (*has_key)(const void *, const char *),
    const void *context)
{
    const twp_key_t *first = NULL, *any_name = NULL;

    for (size_t i = 0; i < twp_n_keys; i++) {
        const twp_key_t *const row = &twp_keys[i];
        if (!twp_keys_is_in(row, block))
            continue;
        if (strcmp(row->name, "*") == 0) {
            any_name = row;
        } else if (strcmp(row->name, name) == 0) {
            if (row->with == NULL || has_key == NULL || has_one_of(row->with, has_key, context))
                return row;
            first = first != NULL ? first : row;
        }
    }
    if (first != NULL)
        return first;
    if (twp_blocks[block].has_source && strcmp(name, "source") == 0)
        return &twp_key_source;
    if (twp_blocks[block].has_source && strcmp(name, "note") == 0)
        return &twp_key_note;
    return any_name;
}

bool
twp_keys_is_free(twp_block_t block, const char *name)
{
    const twp_key_t *const row = twp_keys_find(block, name, NULL, NULL);

    return row != NULL && strcmp(row->name, "*") == 0;
}

const char *
twp_keys_refuse_name(const char *name)
{
    const size_t length = strlen(name);

    if (length == 0)
        return "is empty";
    if (length > TWP_NAME_MAX_CHARS)
        return "has more than 60 characters";
    if (!(name[0] >= 'a' && name[0] <= 'z'))
        return "does not begin with a letter from a to z";
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return "has other characters than a to z, 0 to 9 and _";
    for (size_t i = 0; i < twp_n_reserved_words; i++)
        if (strcmp(name, twp_reserved_words[i]) == 0)
            return "is a word of the language";
    for (size_t i = 0; i < twp_n_units; i++)
        if (strcmp(name, twp_unit_table[i].name) == 0)
            return "is a unit";
    return NULL;
}
