# Figures of the engine against survfit, survdiff and coxph on the same lives: exact where R estimates the
# same, within what is said beside it where it does not.
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(TRUE)
source(arguments[1], local = engine <- new.env())
results <- engine$twinpath_open(arguments[2])
n_checks <- 0
near <- function(what, got, want, apart = 1e-9) {
    n_checks <<- n_checks + 1
    if (length(got) != length(want) || any(is.na(got) != is.na(want)) ||
        any(abs(got - want) > apart * pmax(1, abs(want)), na.rm = TRUE))
        stop(what, ": got ", paste(format(got, digits = 10), collapse = " "), ", want ",
            paste(format(want, digits = 10), collapse = " "))
}

# One row a life: how long it was well at first, and what ended that.
visits <- engine$spells(results, "course")
life <- engine$twins(results)
first <- visits[!duplicated(visits[c("strategy", "twin")]), ]
first$kind <- factor(ifelse(is.na(first$to), "censored", first$to), c("censored", "ill", "dead"))
first$exact <- first$exit - first$entry
first$day <- ceiling(first$exact - 1e-6)
first$female <- life$female[match(first$twin, life$twin)]
stopifnot(nrow(first) == 2 * nrow(life), all(table(first$kind) > 100))
grid <- unique(engine$survival(results)$time)
strategies <- results$strategies

compare <- function(name, lives, figures) {
    ill <- lives$kind == "ill"
    km <- survfit(Surv(day, ill) ~ 1, lives, conf.type = "log-log")
    robust <- survfit(Surv(day, ill) ~ 1, lives, id = twin, robust = TRUE)
    cif <- survfit(Surv(day, kind) ~ 1, lives, id = twin, conf.type = "log-log")
    known <- figures$km$at_risk > 0
    at <- summary(km, times = grid[known], extend = TRUE)
    near(paste(name, "Kaplan-Meier"), figures$km$km[known], at$surv)
    near(paste(name, "Greenwood"), figures$km$se[known], at$std.err)
    near(paste(name, "lower limit"), figures$km$low[known][-1], at$lower[-1])
    near(paste(name, "upper limit"), figures$km$high[known][-1], at$upper[-1])
    near(paste(name, "at risk"), figures$km$at_risk[known], at$n.risk)
    near(paste(name, "events"), figures$km$events[known], cumsum(at$n.event))
    # of the same days R's cumulative hazard and its error by the infinitesimal jackknife
    row <- findInterval(grid[known], robust$time)
    near(paste(name, "Nelson-Aalen"), figures$na$na[known][row > 0], robust$cumhaz[row])
    near(paste(name, "its error"), figures$na$se[known][row > 0], robust$std.chaz[row])
    competing <- summary(cif, times = grid[known], extend = TRUE)
    is_ill <- match("ill", cif$states)
    near(paste(name, "cumulative incidence"), figures$cif$cif[known], competing$pstate[, is_ill])
    near(paste(name, "its error"), figures$cif$se[known][-1], competing$std.err[-1, is_ill])
    quantiles <- quantile(km, c(0.25, 0.5))
    times <- figures$times[figures$times$quantile %in% c(0.25, 0.5), ]
    near(paste(name, "quantiles"), times$days, unname(quantiles$quantile))
    near(paste(name, "their lower limits"), times$low, unname(quantiles$lower))
    near(paste(name, "their upper limits"), times$high, unname(quantiles$upper))
    # R on exact times; of a day the engine takes those censored on it for at risk at all its events
    area <- summary(survfit(Surv(exact, ill) ~ 1, lives), rmean = 360)$table
    near(paste(name, "restricted mean"), figures$area$mean, area[["rmean"]], 5e-4)
    near(paste(name, "its error"), figures$area$mcse, area[["se(rmean)"]], 5e-3)
}

of <- function(frame, strategy, segment = NULL) {
    kept <- frame[frame$strategy == strategy, ]
    if (is.null(segment)) kept else kept[kept$segment == segment, ]
}
figures_of <- function(strategy, segment = NULL) {
    part <- !is.null(segment)
    summary <- engine$twp_summary(results, part)
    list(km = of(engine$survival(results, part), strategy, segment),
        na = of(engine$cumulative_hazard(results, part), strategy, segment),
        cif = of(engine$cumulative_incidence(results, part), strategy, segment),
        times = of(engine$event_times(results, part), strategy, segment),
        area = of(summary[summary$measure == "rmst", ], strategy, segment))
}
for (strategy in strategies) {
    lives <- first[first$strategy == strategy, ]
    compare(strategy, lives, figures_of(strategy))
    for (sex in c(FALSE, TRUE))
        compare(paste(strategy, sex), lives[lives$female == sex, ],
            figures_of(strategy, paste0("female=", if (sex) "yes" else "no")))
}

# Log-rank: survdiff takes the two lives of a twin for those of two people, the robust score test of Cox's
# model for one cluster; the engine has twins that differ in bins of days.
for (part in list(NULL, FALSE, TRUE)) {
    lives <- if (is.null(part)) first else first[first$female == part, ]
    test <- engine$logrank(results, !is.null(part))
    if (!is.null(part)) test <- test[test$segment == paste0("female=", if (part) "yes" else "no"), ]
    plain <- survdiff(Surv(day, kind == "ill") ~ strategy, lives)
    near("observed", test$observed, plain$obs[2])
    near("expected", test$expected, plain$exp[2])
    near("chi-square of different people", test$unpaired_chi2, plain$chisq)
    clustered <- coxph(Surv(day, kind == "ill") ~ strategy, lives, cluster = twin, ties = "breslow")
    near("robust score test", test$z^2, clustered$rscore, 0.01)
    stopifnot(test$z^2 > 2 * test$unpaired_chi2, test$z < 0, abs(test$p - 2 * pnorm(-abs(test$z))) < 1e-12)
}

# Aalen-Johansen on the grid: the states of each life at its points, as far as it is followed.
for (strategy in strategies) {
    rows <- visits[visits$strategy == strategy, ]
    end <- life$follow_up[match(rows$twin, life$twin)]
    points <- seq(0, 700, 60)
    at <- lapply(points, function(time) {
        now <- rows[rows$entry <= time & (rows$exit > time | is.na(rows$to)) & end >= time, ]
        setNames(now$state, now$twin)
    })
    steps <- do.call(rbind, lapply(seq_along(points)[-1], function(i) {
        here <- at[[i]]
        before <- at[[i - 1]][names(here)]
        data.frame(twin = as.integer(names(here)), start = i - 2, stop = i - 1, before = before,
            to = ifelse(before == here, "censored", here))
    }))
    steps <- steps[order(steps$twin, steps$start), ]
    steps$to <- factor(steps$to, c("censored", "well", "ill", "dead"))
    steps$before <- factor(steps$before, c("well", "ill", "dead"))
    chain <- survfit(Surv(start, stop, to) ~ 1, steps, id = twin, istate = before)
    told <- engine$aalen_johansen(results)
    for (state in c("well", "ill", "dead")) {
        mine <- told[told$strategy == strategy & told$state == state & told$time > 0, ]
        use <- seq_len(min(nrow(mine), length(chain$time)))
        column <- match(state, chain$states)
        near(paste(strategy, "Aalen-Johansen", state), mine$share[use], chain$pstate[use, column])
        # R's is the infinitesimal jackknife: the same to first order for this process without memory ...
        near(paste(strategy, "its error", state), mine$se[use] / chain$std.err[use, column], rep(1, length(use)), 0.1)
    }
}
cat(n_checks, "comparisons with R survival", as.character(packageVersion("survival")), "\n")
