# Results of twinpath as data frames, and formats of other packages. Debian: r-bioc-rhdf5 r-cran-jsonlite.
#
#   source("scripts/twinpath.R")
#   results <- twinpath_open("results.h5")
#   contrasts(results)
#
# Frames are tidy: a row is one observation. Times are days since the twin's entry, money is the study's
# (results$currency); a column `unit` says the unit of the rest. Intervals are of 95 %. The frames are those of
# scripts/twinpath.py, with the same columns, in another order in some. Functions have the same names, but that
# `points` is points_frame.
suppressPackageStartupMessages({
    library(rhdf5)
    library(jsonlite)
})

twp_z95 <- qnorm(0.975)
twp_no_exits <- c("enter", "leave", "cost", "source", "note") # keys of a state that are not exits

twinpath_open <- function(path) {
    root <- h5readAttributes(path, "/")
    contents <- h5ls(path, recursive = 2)
    results <- list(path = path, attributes = root, contents = contents,
        currency = if (is.null(root$currency)) "" else root$currency,
        strategies = as.vector(h5read(path, "/summary/strategy")),
        study = fromJSON(h5read(path, "/provenance/resolved_json"), simplifyVector = FALSE))
    results <- structure(results, class = "twinpath")
    lack <- twp_what_lacks(results)
    if (lack != "") warning(path, ": ", lack, call. = FALSE)
    results
}

# What was asked for and is not in the file, in words; nothing of a whole one.
twp_what_lacks <- function(results) {
    root <- results$attributes
    if (twp_has_points(results)) {
        fate <- points_frame(results)$fate
        lost <- table(factor(fate, c("failed", "missing")))
        lost <- lost[lost > 0]
        if (length(lost) == 0) return("")
        return(paste0("points that are not there: ", sum(fate != "done"), " of ", length(fate), " (",
            paste(lost, names(lost), collapse = ", "), "); points_frame() says which"))
    }
    if (!identical(root$status, "partial")) return("")
    paste0("a partial run, ", root$n_twins_done, " of ", root$n_twins, " twins")
}

print.twinpath <- function(x, ...) {
    cat("twinpath results of ", x$attributes$title, ": ", x$attributes$n_twins, " twins, ",
        paste(x$strategies, collapse = ", "), "\n", sep = "")
    invisible(x)
}

# ---- reading ---------------------------------------------------------------------------------------

twp_has_points <- function(results) "/points" %in% results$contents$group

# Groups of single twins and their lives, which files of sweeps do not have.
twp_of_twins <- c("twins", "outcomes", "events", "trajectories")

twp_names <- function(results, group) {
    inside <- results$contents$group == paste0("/", group)
    if (!any(inside) && twp_has_points(results) && group %in% twp_of_twins)
        stop(results$path, " is of a sweep, which has no ", group, "; a run with the point's values can have them",
            call. = FALSE)
    if (!any(inside))
        stop(results$path, " has no ", group, "; the study's `record` and `report` say what a file holds", call. = FALSE)
    results$contents$name[inside]
}

# Refuses kindly what the file does not have.
twp_read <- function(results, group, name, ...) {
    if (!name %in% twp_names(results, group))
        stop(results$path, " has no ", group, "/", name, call. = FALSE)
    as_plain(h5read(results$path, paste0("/", group, "/", name), ...))
}

# Vectors are vectors, the rest arrays in R's order: the last dimension of the file comes first.
as_plain <- function(x) if (length(dim(x)) == 1) as.vector(x) else x

# rhdf5 cannot read DIMENSION_LIST, which ties axes to their scales, and warns of it.
twp_attributes <- function(results, group, name)
    suppressWarnings(h5readAttributes(results$path, paste0("/", group, "/", name)))

twp_words <- function(results, group, name) {
    meanings <- twp_attributes(results, group, name)$flag_meanings
    if (is.null(meanings)) NULL else strsplit(meanings, " ")[[1]]
}

# Codes as words, or as truths where the words are no and yes; codes below 0 are missing.
twp_decode <- function(codes, words) {
    codes[codes < 0] <- NA
    if (is.null(words)) codes
    else if (identical(words, c("no", "yes"))) as.vector(codes) == 1
    else factor(words[codes + 1], words)
}

twp_column <- function(results, group, name) {
    words <- twp_words(results, group, name)
    values <- twp_read(results, group, name)
    if (is.null(words)) as.vector(values) else twp_decode(as.vector(values), words)
}

# Values of an array (time, strategy, segment), as R has them, in the order of the rows below.
twp_rows <- function(labels, values) {
    frame <- expand.grid(rev(labels), KEEP.OUT.ATTRS = FALSE, stringsAsFactors = FALSE)
    frame <- frame[rev(names(frame))]
    frame$value <- as.vector(values)
    frame
}

# The dimension of points, the first in the files of sweeps; nothing in those of runs.
twp_point_label <- function(results, group)
    if ("point" %in% twp_names(results, group)) list(point = twp_read(results, group, "point")) else list()

# Of a sweep, a row a point: point, each swept number, fate (done, failed, missing), error. attr "paths", "units":
# what the swept numbers are in the study, and in what.
points_frame <- function(results) {
    if (!twp_has_points(results))
        stop(results$path, " is of a run, not of a sweep: it has no points", call. = FALSE)
    names_here <- twp_names(results, "points")
    swept <- names_here[startsWith(names_here, "point_")]
    frame <- data.frame(point = twp_read(results, "points", "point"))
    for (name in swept) frame[[substring(name, 7)]] <- twp_read(results, "points", name)
    frame$fate <- as.character(twp_column(results, "points", "fate"))
    frame$error <- twp_read(results, "points", "error")
    attr(frame, "swept") <- substring(swept, 7)
    attr(frame, "paths") <- vapply(swept, function(name) twp_attributes(results, "points", name)$long_name, "")
    attr(frame, "units") <- vapply(swept, function(name) twp_attributes(results, "points", name)$units, "")
    frame
}

# The swept numbers beside `point`, where there is one; point_NAME where the frame has a column NAME of its own.
twp_with_points <- function(results, table) {
    if (!"point" %in% names(table)) return(table)
    points <- points_frame(results)
    swept <- attr(points, "swept")
    beside <- ifelse(swept %in% names(table), paste0("point_", swept), swept)
    table[beside] <- points[match(table$point, points$point), swept, drop = FALSE]
    table[c("point", beside, setdiff(names(table), c("point", beside)))]
}

# Rows (measure, labels) with a column for each kind, whose ending the variables' names have.
# own: endings of the intervals of estimates that are no means, such as Kaplan-Meier's.
twp_table <- function(results, group, by, kinds, own = list()) {
    names_here <- twp_names(results, group)
    ending <- kinds[[1]]
    measures <- names_here[endsWith(names_here, ending) & names_here != ending]
    measures <- substring(measures, 1, nchar(measures) - nchar(ending))
    measures <- measures[paste0(measures, kinds$mcse) %in% names_here]
    frames <- lapply(measures, function(measure) {
        first <- twp_read(results, group, paste0(measure, ending))
        labels <- twp_point_label(results, group)
        if (group == "segments") labels$segment <- twp_read(results, group, "segment")
        labels[[by]] <- twp_read(results, group, by)
        # a last dimension of the file, the first of R, is there where the measure was asked at times
        n_dims <- if (is.null(dim(first))) 1 else length(dim(first))
        if (n_dims > length(labels)) {
            time_name <- paste0("time_", measure)
            labels$time <- twp_read(results, group, if (time_name %in% names_here) time_name else "time")
        }
        frame <- twp_rows(labels, first)
        names(frame)[names(frame) == "value"] <- names(kinds)[1]
        for (kind in names(kinds)[-1]) {
            name <- paste0(measure, kinds[[kind]])
            frame[[kind]] <- if (name %in% names_here) as.vector(twp_read(results, group, name)) else NA_real_
        }
        if (!paste0(measure, kinds$low) %in% names_here) {
            frame <- twp_interval(frame, names(kinds)[1])
            for (end in names(own)[paste0(measure, unlist(own)) %in% names_here]) {
                limit <- as.vector(twp_read(results, group, paste0(measure, own[[end]])))
                frame[[end]] <- ifelse(is.na(limit), frame[[end]], limit)
            }
        }
        if (is.null(frame$time)) frame$time <- NA_real_
        unit <- twp_attributes(results, group, paste0(measure, ending))$units
        frame$unit <- if (is.null(unit)) "" else unit
        cbind(measure = measure, frame)
    })
    table <- do.call(rbind, frames)
    first <- intersect(c("segment", "measure", "strategy", "contrast", "time"), names(table))
    twp_with_points(results, table[c(first, setdiff(names(table), first))])
}

# low and high by the normal law, from the error of the number of twins.
twp_interval <- function(table, centre) {
    table$low <- table[[centre]] - twp_z95 * table$mcse
    table$high <- table[[centre]] + twp_z95 * table$mcse
    table
}

# ---- frames ------------------------------------------------------------------------------------------

# A row a twin: twin, enters, follow_up, attributes.
twins <- function(results) {
    columns <- twp_names(results, "twins")
    columns <- c("twin", setdiff(columns, "twin"))
    as.data.frame(setNames(lapply(columns, function(name) twp_column(results, "twins", name)), columns))
}

# A row a twin and strategy, a column for each measure; NA where it is not defined.
outcomes <- function(results) {
    strategies <- twp_read(results, "outcomes", "strategy")
    twin <- twp_read(results, "outcomes", "twin")
    frame <- data.frame(strategy = factor(rep(strategies, each = length(twin)), strategies),
        twin = rep(twin, length(strategies)))
    for (name in setdiff(twp_names(results, "outcomes"), c("strategy", "twin")))
        frame[[name]] <- twp_column(results, "outcomes", name)
    frame
}

# measure, strategy, time, mean, mcse, n, low, high, unit; by_segment: of each segment. low and high are those of
# parameter sets where the run has some (NA where the twins of a set are too few to tell), else of the number of twins.
twp_summary <- function(results, by_segment = FALSE)
    twp_table(results, if (by_segment) "segments" else "summary", "strategy",
        list(mean = "_mean", mcse = "_mcse", n = "_n", low = "_sets_low", high = "_sets_high"),
        own = list(low = "_low", high = "_high"))

summary.twinpath <- function(object, ...) twp_summary(object, ...)

# Paired differences from the baseline: measure, contrast, time, diff, mcse, n, variance_saved, low, high, unit.
contrasts <- function(results, by_segment = FALSE)
    twp_table(results, if (by_segment) "segments" else "contrasts", "contrast",
        list(diff = "_diff", mcse = "_diff_mcse", n = "_diff_n", variance_saved = "_variance_saved",
            low = "_diff_sets_low", high = "_diff_sets_high"))

# A row a contrast: icer_ratio, its interval (Fieller: icer_interval says between or outside), icer_place.
cost_effectiveness <- function(results) {
    columns <- grep("^icer", twp_names(results, "contrasts"), value = TRUE)
    if (length(columns) == 0)
        stop(results$path, ": the study reports no cost and qaly, so there is no ratio", call. = FALSE)
    frame <- twp_rows(c(twp_point_label(results, "contrasts"), list(contrast = results$strategies[-1])), 0)
    frame$value <- NULL
    for (name in columns) {
        column <- twp_column(results, "contrasts", name)
        if (length(column) == nrow(frame)) frame[[name]] <- column
    }
    twp_with_points(results, frame)
}

# contrast, worth of a unit of effect, net_benefit, mcse, p_better, low, high.
net_benefit <- function(results) {
    names_here <- twp_names(results, "contrasts")
    if (!"net_benefit" %in% names_here) stop(results$path, ": the study has no report.worth_of_a_qaly", call. = FALSE)
    table <- twp_rows(c(twp_point_label(results, "contrasts"), list(contrast = twp_read(results, "contrasts", "contrast"),
        worth = twp_read(results, "contrasts", "worth"))), twp_read(results, "contrasts", "net_benefit"))
    names(table)[names(table) == "value"] <- "net_benefit"
    read <- function(name) if (name %in% names_here) as.vector(twp_read(results, "contrasts", name)) else NA_real_
    table$mcse <- read("net_benefit_mcse")
    table$p_better <- read("net_benefit_p_better")
    table$low <- read("net_benefit_sets_low")
    table$high <- read("net_benefit_sets_high")
    if (!"net_benefit_sets_low" %in% names_here) table <- twp_interval(table, "net_benefit")
    twp_with_points(results, table)
}

# What usual care must show, and what it did, with its interval; the verdict is that of `twinpath summary`: hit, miss, or
# too_close_to_tell where the interval covers a bound.
targets <- function(results) {
    label <- twp_point_label(results, "targets")
    columns <- grep("^point($|_)", twp_names(results, "targets"), value = TRUE, invert = TRUE)
    table <- twp_rows(c(label, list(target = twp_read(results, "targets", "target"))), 0)
    # what is the same at all points stands once
    for (name in columns) table[[name]] <- rep_len(twp_column(results, "targets", name), nrow(table))
    known <- twp_summary(results)
    at <- function(point, measure, strategy, time)
        paste(if (length(label) > 0) point, measure, strategy, ifelse(is.na(time), "", sprintf("%.17g", time)))
    row <- match(at(table$point, table$measure, table$target_strategy, table$time),
        at(known$point, known$measure, known$strategy, known$time))
    table$low <- known$low[row]
    table$high <- known$high[row]
    low <- ifelse(is.na(table$low), table$result, table$low)
    high <- ifelse(is.na(table$high), table$result, table$high)
    least <- table$value - table$tolerance
    most <- table$value + table$tolerance
    table$verdict <- ifelse(high < least | low > most, "miss", ifelse(low >= least & high <= most, "hit", "too_close_to_tell"))
    twp_with_points(results, table)
}

# Shares of twins in each state, of those followed so long: strategy, time, track, state, share.
occupancy <- function(results) {
    labels <- c(twp_point_label(results, "survival"),
        list(strategy = twp_read(results, "survival", "strategy"), time = twp_read(results, "survival", "time")))
    names_here <- grep("^occupancy_", twp_names(results, "survival"), value = TRUE)
    twp_with_points(results, do.call(rbind, lapply(names_here, function(name) {
        about <- twp_attributes(results, "survival", name)$long_name
        state <- regmatches(about, regexec(" in (\\w+)\\.(\\w+)", about))[[1]]
        frame <- twp_rows(labels, twp_read(results, "survival", name))
        data.frame(frame[names(labels)], track = state[2], state = state[3], share = frame$value)
    })))
}

# Labels of a curve, slowest first.
twp_curve_labels <- function(results, by_segment, last)
    c(twp_point_label(results, "survival"),
        if (by_segment) list(segment = twp_read(results, "survival", "segment")) else list(), last)

# Columns of all curves that begin with `stem`: parts are columns beside it, what their names begin with.
twp_curves <- function(results, stem, column, parts, labels, prefix, asked) {
    names_here <- twp_names(results, "survival")
    start <- paste0(prefix, stem, "_")
    curves <- substring(names_here[startsWith(names_here, start)], nchar(start) + 1)
    curves <- curves[!grepl("^(se|low|high|quantile)_", curves)]
    if (length(curves) == 0) stop(results$path, " has no such curve; ", asked, call. = FALSE)
    read <- function(...) {
        name <- paste0(...)
        if (name %in% names_here) as.vector(twp_read(results, "survival", name)) else NA
    }
    twp_with_points(results, do.call(rbind, lapply(curves, function(curve) {
        frame <- twp_rows(labels, read(start, curve))
        names(frame)[names(frame) == "value"] <- column
        for (part in names(parts)) frame[[part]] <- read(prefix, parts[[part]], "_", curve)
        cbind(curve = curve, frame)
    })))
}

twp_survival_curves <- function(results, kind, measure, by_segment) {
    labels <- twp_curve_labels(results, by_segment, list(strategy = twp_read(results, "survival", "strategy"),
        time = twp_read(results, "survival", "time")))
    parts <- list(se = paste0(kind, "_se"), low = paste0(kind, "_low"), high = paste0(kind, "_high"),
        at_risk = "at_risk", events = "events")
    twp_curves(results, kind, kind, parts, labels, if (by_segment) "segment_" else "",
        paste("a study asks for one by the measure", measure))
}

# Kaplan-Meier curves: curve, strategy, time, km, se (Greenwood), low, high (log(-log)), at_risk, events.
survival <- function(results, by_segment = FALSE) twp_survival_curves(results, "km", "kaplan_meier", by_segment)

# Nelson-Aalen curves: curve, strategy, time, na, se, low, high (on the log), at_risk, events.
cumulative_hazard <- function(results, by_segment = FALSE)
    twp_survival_curves(results, "na", "nelson_aalen", by_segment)

# Aalen-Johansen curves of competing exits: curve, strategy, time, cif, se, low, high, at_risk, events.
cumulative_incidence <- function(results, by_segment = FALSE)
    twp_survival_curves(results, "cif", "cumulative_incidence", by_segment)

# Aalen-Johansen estimates of the states of a track: strategy, time, track, state, share, se, low, high.
aalen_johansen <- function(results, by_segment = FALSE) {
    prefix <- if (by_segment) "segment_aj_" else "aj_"
    labels <- twp_curve_labels(results, by_segment, list(strategy = twp_read(results, "survival", "strategy"),
        time = twp_read(results, "survival", "time")))
    frames <- lapply(names_of_states(results, prefix), function(state) {
        read <- function(part) as.vector(twp_read(results, "survival", paste0(prefix, part, state[1], "_", state[2])))
        frame <- twp_rows(labels, read(""))
        data.frame(frame[names(labels)], track = state[1], state = state[2], share = frame$value,
            se = read("se_"), low = read("low_"), high = read("high_"))
    })
    if (length(frames) == 0)
        stop(results$path, " has no such estimate; a study asks for one by the measure aalen_johansen", call. = FALSE)
    twp_with_points(results, do.call(rbind, frames))
}

# Pairs (track, state) of the columns that are shares.
names_of_states <- function(results, prefix) {
    names_here <- twp_names(results, "survival")
    found <- lapply(names_here[startsWith(names_here, prefix)], function(name) {
        about <- twp_attributes(results, "survival", name)$long_name
        regmatches(about, regexec(" share in (\\w+)\\.(\\w+)$", about))[[1]][2:3]
    })
    Filter(function(state) !is.na(state[1]), found)
}

# Days by which a share had the event: curve, strategy, quantile, days, low, high (Brookmeyer and Crowley).
event_times <- function(results, by_segment = FALSE) {
    labels <- twp_curve_labels(results, by_segment, list(strategy = twp_read(results, "survival", "strategy"),
        quantile = twp_read(results, "survival", "quantile")))
    twp_curves(results, "km_quantile", "days", list(low = "km_quantile_low", high = "km_quantile_high"), labels,
        if (by_segment) "segment_" else "", "a study asks for one by the measure kaplan_meier")
}

# Log-rank tests against the baseline: curve, contrast, observed, expected, z and p (of twins that live under
# both), saved, unpaired_chi2 (were they different twins).
logrank <- function(results, by_segment = FALSE) {
    labels <- twp_curve_labels(results, by_segment, list(contrast = twp_read(results, "survival", "contrast")))
    parts <- c("expected", "z", "p", "saved", "unpaired_chi2")
    twp_curves(results, "logrank_observed", "observed", setNames(as.list(paste0("logrank_", parts)), parts), labels,
        if (by_segment) "segment_" else "", "it needs a kaplan_meier measure and two strategies")
}

# A row a strategy and parameter set: the measures' means over the set's twins, then parameter_*.
draws <- function(results) {
    names_here <- twp_names(results, "draws")
    labels <- c(twp_point_label(results, "draws"), list(strategy = twp_read(results, "draws", "strategy"),
        parameter_set = twp_read(results, "draws", "parameter_set")))
    frame <- twp_rows(labels, 0)[names(labels)]
    # measures are (set, strategy[, point]), as R has them, parameters (set[, point])
    size <- rev(lengths(labels, use.names = FALSE))
    row <- match(frame$parameter_set, labels$parameter_set)
    if (!is.null(labels$point)) row <- row + (match(frame$point, labels$point) - 1) * size[1]
    parameters <- list()
    is_label <- names_here %in% names(labels) | names_here == "contrast" | startsWith(names_here, "point_")
    for (name in names_here[!is_label & !endsWith(names_here, "_mcse")]) {
        values <- twp_read(results, "draws", name)
        if (startsWith(name, "parameter_")) parameters[[name]] <- as.vector(values)[row]
        else if (identical(dim(values), size)) frame[[name]] <- as.vector(values)
    }
    if (ncol(frame) == length(labels)) stop(results$path, " has no measures of parameter sets", call. = FALSE)
    frame[names(parameters)] <- parameters
    twp_with_points(results, frame)
}

# ---- all strategies together ---------------------------------------------------------------------------

# [segment,] strategy, cost, effect, frontier, against, beyond, incremental_*, icer and its interval.
frontier <- function(results, by_segment = FALSE) {
    start <- if (by_segment) "segment_" else ""
    of_strategies <- c("cost", "effect", "frontier", "against", "beyond", "incremental_cost", "incremental_cost_se",
        "incremental_effect", "incremental_effect_se", "incremental_correlation", "icer", "icer_low", "icer_high",
        "icer_interval")
    strategies <- twp_read(results, "decision", "strategy")
    if (!paste0(start, "cost") %in% twp_names(results, "decision"))
        stop(results$path, ": nothing was compared", if (by_segment) " by segment", call. = FALSE)
    labels <- if (by_segment) list(segment = twp_read(results, "decision", "segment")) else list()
    frame <- twp_rows(c(twp_point_label(results, "decision"), labels, list(strategy = strategies)), 0)
    frame$value <- NULL
    for (name in of_strategies) {
        values <- twp_column(results, "decision", paste0(start, name))
        if (name %in% c("against", "beyond")) values <- ifelse(values < 0, NA, strategies[pmax(values, 0) + 1])
        frame[[name]] <- values
    }
    twp_with_points(results, frame)
}

# strategy, worth, p_best (chance to be the best buy), mcse, raw (share of the sets), is_best; without sets NA.
acceptability <- function(results) {
    names_here <- twp_names(results, "decision")
    if (!"worth" %in% names_here)
        stop(results$path, ": the study has no report.worth_of_a_qaly or report.acceptability", call. = FALSE)
    strategies <- twp_read(results, "decision", "strategy")
    worth <- twp_read(results, "decision", "worth")
    frame <- twp_rows(c(twp_point_label(results, "decision"), list(strategy = strategies, worth = worth)), 0)
    frame$value <- NULL
    for (name in c("p_best", "p_best_mcse", "p_best_raw")) {
        column <- sub("p_best_", "", name)
        frame[[column]] <- if (name %in% names_here) as.vector(twp_read(results, "decision", name)) else NA_real_
    }
    # best: worth, and point above it; the same for each strategy, which stands between them
    best <- matrix(as.vector(twp_read(results, "decision", "best")), length(worth))
    best <- best[, rep(seq_len(ncol(best)), each = length(strategies)), drop = FALSE]
    frame$is_best <- as.vector(best) + 1 == match(frame$strategy, strategies)
    twp_with_points(results, frame)
}

# The cost-effectiveness plane: contrast, parameter_set, effect, cost: a set's differences from the baseline.
plane <- function(results) {
    sets <- twp_read(results, "draws", "parameter_set")
    twp_names(results, "decision")
    about <- suppressWarnings(h5readAttributes(results$path, "/decision"))
    strategies <- twp_read(results, "draws", "strategy")
    label <- twp_point_label(results, "draws")
    frame <- twp_rows(c(label, list(contrast = strategies[-1], parameter_set = sets)), 0)
    frame$value <- NULL
    for (name in c("effect", "cost")) {
        # (set, strategy, point), of one point where there are none
        x <- array(twp_read(results, "draws", about[[name]]), c(length(sets), length(strategies), max(1, length(label$point))))
        frame[[name]] <- as.vector(x[, -1, , drop = FALSE] - x[, rep(1, length(strategies) - 1), , drop = FALSE])
    }
    twp_with_points(results, frame)
}

# What run --precision saw: look (twins lived), precision, half_width of the interval, wanted, unit.
precision <- function(results) {
    look <- twp_read(results, "precision", "look")
    asked <- twp_read(results, "precision", "precision")
    data.frame(look = rep(look, each = length(asked)), precision = rep(asked, length(look)),
        half_width = as.vector(twp_read(results, "precision", "half_width")),
        wanted = rep(twp_read(results, "precision", "wanted"), length(look)),
        unit = rep(twp_read(results, "precision", "unit"), length(look)))
}

# ---- lives -------------------------------------------------------------------------------------------

# Rows of a life: from and how many. Paths are ordered by twin, then strategy.
twp_life <- function(results, group, twin, strategy) {
    words <- twp_words(results, group, "path_strategy")
    code <- match(strategy, words)
    if (is.na(code)) stop("no strategy ", strategy, "; there are ", paste(words, collapse = ", "), call. = FALSE)
    path <- twin * length(words) + code
    n_paths <- as.numeric(results$contents$dim[results$contents$group == paste0("/", group) &
        results$contents$name == "path_twin"])
    one <- function(name) twp_read(results, group, name, start = path, count = 1)
    if (path > n_paths || one("path_twin") != twin || one("path_strategy") != code - 1) {
        path <- which(twp_read(results, group, "path_twin") == twin & twp_read(results, group, "path_strategy") == code - 1)
        if (length(path) != 1) stop("no life of twin ", twin, " under ", strategy, call. = FALSE)
    }
    list(start = as.numeric(one("row_start")) + 1, count = as.numeric(one("row_size")))
}

# twin, strategy, time (days since entry), event, value. Of one life (twin and strategy) only its rows are read.
events <- function(results, twin = NULL, strategy = NULL) {
    twp_names(results, "events")
    if (!is.null(twin) && !is.null(strategy)) {
        rows <- twp_life(results, "events", twin, strategy)
        if (rows$count == 0) return(events_frame(results, integer(), integer(), numeric(), numeric()))
        read <- function(name) twp_read(results, "events", name, start = rows$start, count = rows$count)
    } else {
        read <- function(name) twp_read(results, "events", name)
    }
    frame <- events_frame(results, read("event_path"), read("event_code"), read("event_time"), read("event_value"))
    if (!is.null(twin)) frame <- frame[frame$twin %in% twin, ]
    if (!is.null(strategy)) frame <- frame[frame$strategy %in% strategy, ]
    rownames(frame) <- NULL
    frame
}

events_frame <- function(results, path, code, time, value) {
    path <- path + 1
    first <- if (length(path)) min(path) else 1
    n <- if (length(path)) max(path) - first + 1 else 1
    of <- function(name) twp_read(results, "events", name, start = first, count = n)[path - first + 1]
    words <- twp_words(results, "events", "path_strategy")
    data.frame(twin = of("path_twin"), strategy = factor(words[of("path_strategy") + 1], words), time = time,
        event = twp_read(results, "events", "event_name")[code + 1], value = value)
}

# ---- formats of other packages ---------------------------------------------------------------------------

# Of each exit STATE.EXIT the states that its branches lead to; "stay": none.
twp_exits <- function(results, track) {
    study <- results$study
    if (track %in% names(study$supports)) {
        first <- if (paste0("patient.", track, ".waiting.begin") %in% twp_read(results, "events", "event_name"))
            "waiting" else "active"
        return(list(idle.offer = c(first, "stay"), over.offer = c(first, "stay"), idle.asked = "active",
            over.asked = "active", waiting.begin = "active", waiting.asked_end = "over", active.asked_end = "over",
            active.contact = c("stay", "stay"), active.end = "over"))
    }
    states <- study$patient$tracks[[track]]$states
    if (is.null(states)) stop("no track ", track, call. = FALSE)
    exits <- list()
    for (state in names(states))
        for (name in setdiff(names(states[[state]]), twp_no_exits))
            exits[[paste0(state, ".", name)]] <- twp_branches(states[[state]][[name]])
    exits
}

twp_branches <- function(exit) {
    choose <- exit$choose
    if (is.null(choose)) return(if (is.null(exit$to)) "stay" else exit$to)
    if (!is.null(names(choose))) # a mapping: in order of names by byte, the rest last
        return(c(sort(setdiff(names(choose), "otherwise"), method = "radix"), choose$otherwise))
    vapply(choose, function(branch)
        if (!is.null(branch$to)) branch$to else if (!is.null(branch$otherwise)) branch$otherwise else "stay", "")
}

# Visits to the states of a track: twin, strategy, state, entry, exit, to (NA: followed no longer). From events.
# Several transitions in one instant are one; a state that is left for itself goes on.
spells <- function(results, track, strategy = NULL) {
    exits <- twp_exits(results, track)
    names_here <- twp_read(results, "events", "event_name")
    full <- paste0("patient.", track, ".", names(exits))
    moving <- vapply(exits, function(to) any(to != "stay"), TRUE)
    missing <- full[moving & !full %in% names_here]
    is_support <- track %in% names(results$study$supports)
    if (length(missing) && !is_support)
        stop("the events of ", missing[1], " are not recorded (record.events)", call. = FALSE)
    rows <- events(results, NULL, strategy)
    rows <- rows[rows$event %in% full, ]
    which_exit <- match(rows$event, full)
    branch <- ifelse(is.na(rows$value) | lengths(exits)[which_exit] == 1, 0, rows$value) + 1
    rows$from <- sub("[.].*", "", names(exits))[which_exit]
    rows$to <- unlist(exits)[c(0, cumsum(lengths(exits)))[which_exit] + branch]
    rows <- rows[rows$to != "stay", ]
    # of one instant the first from and the last to
    key <- paste(rows$strategy, rows$twin, rows$time)
    moves <- rows[!duplicated(key), c("twin", "strategy", "time", "from")]
    moves$to <- rows$to[!duplicated(key, fromLast = TRUE)]
    life <- twins(results)[c("twin", "follow_up")]
    chosen <- if (is.null(strategy)) results$strategies else strategy
    lives <- expand.grid(strategy = factor(chosen, results$strategies), twin = life$twin, KEEP.OUT.ATTRS = FALSE)
    lives$end <- life$follow_up[match(lives$twin, life$twin)]
    lives <- lives[!is.na(lives$end), ]
    start <- if (is_support) "idle" else results$study$patient$tracks[[track]]$start
    lives$id <- paste(lives$strategy, lives$twin)
    first <- moves[!duplicated(paste(moves$strategy, moves$twin)), ]
    lives$start <- first$from[match(lives$id, paste(first$strategy, first$twin))]
    if (anyNA(lives$start)) {
        if (!is.character(start)) stop(track, " starts at random: read it with scripts/twinpath.py", call. = FALSE)
        lives$start[is.na(lives$start)] <- start
    }
    moves <- moves[moves$from != moves$to, ]
    id <- paste(moves$strategy, moves$twin)
    is_first <- !duplicated(id)
    left <- data.frame(id = id, state = moves$from, entry = ifelse(is_first, 0, c(0, moves$time[-nrow(moves)])[seq_along(id)]),
        exit = moves$time, to = moves$to)
    last <- moves[!duplicated(id, fromLast = TRUE), ]
    at <- match(lives$id, paste(last$strategy, last$twin))
    rest <- data.frame(id = lives$id, state = ifelse(is.na(at), lives$start, last$to[at]),
        entry = ifelse(is.na(at), 0, last$time[at]),
        exit = lives$end, to = NA_character_)
    all <- rbind(left, rest)
    all <- all[all$exit > all$entry, ]
    who <- match(all$id, lives$id)
    all <- data.frame(twin = lives$twin[who], strategy = lives$strategy[who], all[c("state", "entry", "exit", "to")])
    all <- all[order(all$twin, as.integer(all$strategy), all$entry), ]
    rownames(all) <- NULL
    all
}

# A track for survival, mstate, flexsurv and msm: each visit once for each state that it may end in. id (twin),
# strategy, from, to, trans (by row of mstate's matrix, which is attr(frame, "trans")), entry, exit, time in days,
# status (0: censored). Covariates: merge(frame, twins(results), by.x = "id", by.y = "twin").
multistate <- function(results, track, strategy = NULL) {
    visits <- spells(results, track, strategy)
    seen <- unique(na.omit(visits[c("state", "to")]))
    may <- paste(seen$state, seen$to)
    exits <- twp_exits(results, track)
    for (name in names(exits)) {
        state <- sub("[.].*", "", name)
        may <- union(may, paste(state, setdiff(exits[[name]], c("stay", state)))[length(setdiff(exits[[name]], c("stay", state))) > 0])
    }
    may <- do.call(rbind, strsplit(may, " "))
    may <- may[order(may[, 1], may[, 2], method = "radix"), , drop = FALSE]
    table <- data.frame(from = may[, 1], target = may[, 2], trans = seq_len(nrow(may)))
    n <- lengths(split(table$trans, factor(table$from, unique(table$from))))
    times <- ifelse(is.na(match(visits$state, names(n))), 0, n[match(visits$state, names(n))])
    row <- rep(seq_len(nrow(visits)), times)
    start <- match(visits$state[row], table$from)
    choice <- table[start + sequence(times[times > 0]) - 1, ]
    v <- visits[row, ]
    states <- sort(unique(c(table$from, table$target)), method = "radix")
    trans <- matrix(NA_integer_, length(states), length(states), dimnames = list(from = states, to = states))
    trans[cbind(table$from, table$target)] <- table$trans
    structure(data.frame(id = v$twin, strategy = v$strategy, from = v$state, to = choice$target, trans = choice$trans,
        entry = v$entry, exit = v$exit, time = v$exit - v$entry,
        status = as.integer(!is.na(v$to) & v$to == choice$target), row.names = NULL), trans = trans)
}

# What was put into a stock, for AdhereR and `twinpath adherence`: patient_id, date, duration_days,
# followed_days. One strategy (default: the baseline), for a patient has one history.
dispensings <- function(results, stock = "stock", strategy = results$strategies[1]) {
    rows <- events(results, NULL, strategy)
    rows <- rows[rows$event == paste0("patient.", stock, ".dispensed"), ]
    if (nrow(rows) == 0) stop("no dispensings into ", stock, call. = FALSE)
    life <- twins(results)
    life <- life[match(rows$twin, life$twin), ]
    day <- floor(rows$time)
    first <- ave(day, rows$twin, FUN = min)
    data.frame(patient_id = rows$twin, date = as.Date(results$study$time$starts) + floor(life$enters) + day,
        duration_days = rows$value, followed_days = floor(life$follow_up) - first, row.names = NULL)
}
