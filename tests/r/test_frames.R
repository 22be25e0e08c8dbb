# The frames of twinpath.R against those of twinpath.py in a folder, then laws that are known.
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
survival_frame <- local({ source(arguments[1]); survival })
source(arguments[1])
folder <- arguments[2]
check <- function(what, ...) {
    if (!isTRUE(all(...))) stop(what, call. = FALSE)
    cat("ok:", what, "\n")
}
results <- twinpath_open(file.path(folder, "results.h5"))

plain <- function(column) {
    if (is.factor(column) || inherits(column, "Date")) return(as.character(column))
    if (is.character(column) && all(column %in% c("True", "False", NA))) return(column == "True")
    if (is.logical(column) && !any(column %in% c(TRUE, FALSE))) return(rep(NA_real_, length(column)))
    column
}
same <- function(frame, name, keys, apart = 1e-12) {
    wanted <- read.csv(file.path(folder, paste0(name, ".csv")), na.strings = c("", "NA"))
    frame[] <- lapply(frame, plain)
    wanted[] <- lapply(wanted, plain)
    frame[frame == ""] <- NA # a count has no unit
    if (!setequal(names(frame), names(wanted)) || nrow(frame) != nrow(wanted)) stop(name, ": other columns or rows")
    order_of <- function(x) x[do.call(order, c(unname(as.list(x[keys])), method = "radix")), ]
    frame <- order_of(frame)
    wanted <- order_of(wanted)
    for (column in names(wanted)) {
        a <- frame[[column]]
        b <- wanted[[column]]
        equal <- if (is.numeric(a) && is.numeric(b))
            # of 7 digits where Python prints float32
            all(is.na(a) == is.na(b)) && all(abs(a - b) <= 2e-7 * abs(b) + apart | a == b, na.rm = TRUE)
        else all(is.na(a) == is.na(b)) && all(as.character(a) == as.character(b), na.rm = TRUE)
        if (!isTRUE(equal)) stop(name, ": the column ", column, " differs")
    }
    check(paste("frames are Python's:", name), nrow(frame) > 1)
}
same(twins(results), "twins", "twin")
same(outcomes(results), "outcomes", c("strategy", "twin"))
same(summary(results), "summary", c("measure", "strategy", "time"))
same(contrasts(results), "contrasts", c("measure", "contrast", "time"))
same(occupancy(results), "occupancy", c("track", "state", "strategy", "time"))
same(survival_frame(results), "survival", c("curve", "strategy", "time"))
same(cumulative_hazard(results), "cumulative_hazard", c("curve", "strategy", "time"))
same(cumulative_incidence(results), "cumulative_incidence", c("curve", "strategy", "time"))
same(aalen_johansen(results), "aalen_johansen", c("track", "state", "strategy", "time"))
same(event_times(results), "event_times", c("curve", "strategy", "quantile"))
same(logrank(results), "logrank", c("curve", "contrast"))
same(dispensings(results), "dispensings", c("patient_id", "date"))
# Python has the end of a life from the trajectory, R from the twins, where it is float32 below 420 days
same(multistate(results, "supply"), "multistate", c("strategy", "id", "entry", "trans"), apart = 420 * 2^-24)
same(events(results, 123, "nurse"), "life", c("time", "event"))

known <- multistate(twinpath_open(file.path(folder, "known.h5")), "course", "usual_care")
check("some are censored, within the follow-up", any(tapply(known$status, paste(known$id, known$entry), sum) == 0),
    known$exit <= 700)
# accelerated failure time: survreg has log scale as its intercept and 1 / shape as its scale
found <- function(from, to, law) {
    rows <- known[known$from == from & known$to == to, ]
    survreg(Surv(time, status) ~ 1, rows, dist = law)
}
near <- function(what, estimate, se, truth) {
    cat(sprintf("   %s: %.4f, true %.4f, %.1f standard errors\n", what, estimate, truth, (estimate - truth) / se))
    check(what, abs(estimate - truth) < 4 * se, 4 * se < 0.15)
}
held <- function(from, to, shape, scale) {
    fit <- found(from, to, "weibull")
    se <- sqrt(diag(vcov(fit)))
    near(paste("log scale of", from, "to", to), coef(fit)[[1]], se[[1]], log(scale))
    near(paste("log shape of", from, "to", to), -log(fit$scale), se[[2]], log(shape))
}
held("well", "ill", 1.4, 500)
held("well", "dead", 1, 900)
held("ill", "dead", 0.8, 300)
held("ill", "well", 1, 400)
rate <- found("ill", "well", "exponential")
near("log mean of ill to well", coef(rate)[[1]], sqrt(vcov(rate)[1]), log(400))
