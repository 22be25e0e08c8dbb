# R (rhdf5) reads /draws of the results file named on the command line: tests/python/draws_study.yaml.
suppressPackageStartupMessages(library(rhdf5))
options(warn = 2)
file <- commandArgs(trailingOnly = TRUE)[1]
check <- function(what, ...) {
    if (!isTRUE(all(...))) stop(what, call. = FALSE)
    cat("ok:", what, "\n")
}

root <- h5readAttributes(file, "/")
check("the root says how many sets and whose twins", root$n_parameter_sets == 40,
    root$n_parameter_sets_done == 40, root$twins_across_sets == "fresh")
check("sets are numbered from 1", h5read(file, "/draws/parameter_set") == 1:40)
fee <- h5read(file, "/draws/parameter_fee")
check("formulas follow", abs(h5read(file, "/draws/parameter_double_fee") / fee - 2) < 1e-12,
    length(unique(fee)) == 40)
x <- h5read(file, "/draws/qaly") # R reverses dimensions: parameter set x strategy
error <- h5read(file, "/draws/qaly_mcse")
check("draws are parameter set by strategy", dim(x) == c(40, 2),
    h5read(file, "/draws/strategy") == c("usual_care", "treated"))
is_near <- function(name, want) abs(h5read(file, name) / want - 1) < 1e-9
between <- apply(x, 2, var)
within <- colMeans(error^2)
check("means and variances of the summary are those of the draws",
    is_near("/summary/qaly_mean", colMeans(x)), is_near("/summary/qaly_sets_variance", between),
    is_near("/summary/qaly_twins_variance", within))
# drawn together about the mean by the twins' part of the spread
limit <- function(p) colMeans(x) +
    sqrt(1 - within / between) * (apply(x, 2, quantile, p, names = FALSE) - colMeans(x))
check("intervals of the summary are R's percentiles of type 7",
    is_near("/summary/qaly_sets_low", limit(0.025)), is_near("/summary/qaly_sets_high", limit(0.975)))
