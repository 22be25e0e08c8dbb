# Known laws in the multi-state format: survival finds those of known.yaml, msm those of markov.yaml.
#
# An estimate is held to four of its standard errors (a false alarm in 6e-5 of seeds, and the seed is fixed), and
# those must be small enough for a slip of some per cent to show.
suppressPackageStartupMessages({
    library(survival)
    library(msm)
})
arguments <- commandArgs(trailingOnly = TRUE)
twinpath <- new.env()
sys.source(arguments[1], twinpath)
folder <- arguments[2]
check <- function(what, ...) {
    if (!isTRUE(all(...))) stop(what, call. = FALSE)
    cat("ok:", what, "\n")
}
near <- function(what, estimate, se, truth, widest = 0.2) {
    cat(sprintf("   %s: %.4f, true %.4f, %.1f standard errors of %.4f\n", what, estimate, truth, (estimate - truth) / se, se))
    check(what, abs(estimate - truth) < 4 * se, 4 * se < widest)
}

# ---- survival: Weibull and exponential clocks that begin anew with each visit, with covariates ---------------

results <- twinpath$twinpath_open(file.path(folder, "known.h5"))
known <- twinpath$multistate(results, "course", "usual_care")
check("some are censored, within the follow-up", any(tapply(known$status, paste(known$id, known$entry), sum) == 0),
    known$exit <= 700)
known <- merge(known, twinpath$twins(results), by.x = "id", by.y = "twin")
rows_of <- function(from, to) known[known$from == from & known$to == to, ]

# survreg is log time = intercept + covariates + scale * error: log scale of the law, log time ratios, 1 / shape;
# a hazard ratio is a time ratio of hr^(-1 / shape)
fit_law <- function(from, to, formula, dist = "weibull") survreg(formula, rows_of(from, to), dist = dist)
held <- function(what, fit, truth) {
    estimate <- c(coef(fit), if (fit$dist == "weibull") c(`log shape` = -log(fit$scale)))
    se <- sqrt(diag(vcov(fit)))
    stopifnot(length(truth) == length(estimate), length(se) == length(estimate))
    for (i in seq_along(truth)) near(paste(what, names(estimate)[i], sep = ": "), estimate[[i]], se[[i]], truth[i])
}
held("well to ill", fit_law("well", "ill", Surv(time, status) ~ severe + score),
    c(log(500), -log(1.6) / 1.4, -log(1.25) / 1.4, log(1.4)))
held("well to dead", fit_law("well", "dead", Surv(time, status) ~ severe), c(log(900), 0, 0))
held("ill to dead", fit_law("ill", "dead", Surv(time, status) ~ severe + score), c(log(300), log(0.7), 0, log(0.8)))
held("ill to well", fit_law("ill", "well", Surv(time, status) ~ severe), c(log(400), 0, 0))
held("ill to well, exponential", fit_law("ill", "well", Surv(time, status) ~ 1, "exponential"), log(400))

# hazard ratios of Cox's model, which knows nothing of the law
cox <- coxph(Surv(time, status) ~ severe + score, rows_of("well", "ill"))
for (i in 1:2)
    near(paste("hazard ratio of", names(coef(cox))[i]), coef(cox)[[i]], sqrt(vcov(cox)[i, i]), log(c(1.6, 1.25))[i])
# all transitions at once, as mstate stratifies them, on the clock of the study for the exponential ones
markov <- read.csv(file.path(folder, "markov.csv"))
markov$severe <- markov$severe == "True"
ill <- markov$from == "well" & markov$to == "ill"
dead <- markov$from == "ill" & markov$to == "dead"
cox <- coxph(Surv(entry, exit, status) ~ I(severe * ill) + I(score * dead) + strata(trans),
    transform(markov, ill = ill, dead = dead))
near("clock-forward hazard ratio of severe", coef(cox)[[1]], sqrt(vcov(cox)[1, 1]), log(1.8), 0.25)
near("clock-forward hazard ratio of score", coef(cox)[[2]], sqrt(vcov(cox)[2, 2]), log(1.4), 0.25)

# ---- msm: rates of a Markov process, from the times of all its transitions ------------------------------------

# msm reads the state at each time: the start, each transition taken, the end of who was followed to it
states <- c("well", "ill", "dead")
visits <- markov[!duplicated(markov[c("id", "entry")]), ]
taken <- markov[markov$status == 1, ]
last <- aggregate(exit ~ id, markov, max)
censored <- merge(last, visits[c("id", "exit", "from")])
censored <- censored[!paste(censored$id, censored$exit) %in% paste(taken$id, taken$exit), ]
check("who did not die is censored in the state of the last visit", nrow(censored) + sum(taken$to == "dead") == nrow(last))
observed <- rbind(data.frame(id = visits$id[visits$entry == 0], time = 0, state = visits$from[visits$entry == 0]),
    data.frame(id = taken$id, time = taken$exit, state = taken$to),
    data.frame(id = censored$id, time = censored$exit, state = censored$from))
observed <- merge(observed, unique(markov[c("id", "severe", "score")]))
observed <- observed[order(observed$id, observed$time), ]
observed$code <- match(observed$state, states)
observed$severe <- as.numeric(observed$severe)
start <- rbind(c(0, 0.002, 0.002), c(0.002, 0, 0.002), c(0, 0, 0))
fit <- msm(code ~ time, subject = id, data = observed, qmatrix = start, exacttimes = TRUE, center = FALSE,
    covariates = list("1-2" = ~severe, "2-3" = ~score), control = list(fnscale = 20000, reltol = 1e-12))
# logarithms of the rates by row, then the covariates; what msm holds at 0 has no variance
theta <- fit$opt$par
se <- sqrt(diag(fit$covmat))
se <- se[se > 0]
truth <- c(-log(c(300, 1500, 200, 500)), log(1.8), log(1.4))
names(truth) <- c("log rate well-ill", "log rate well-dead", "log rate ill-well", "log rate ill-dead", "severe", "score")
check("msm has six parameters", length(theta) == 6, length(se) == 6, fit$opt$convergence == 0)
for (i in seq_along(truth)) near(paste("msm", names(truth)[i]), theta[[i]], se[[i]], truth[[i]])
