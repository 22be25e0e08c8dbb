# R (rhdf5) reads the results file named on the command line: a run of tests/python/study.yaml.
suppressPackageStartupMessages(library(rhdf5))
options(warn = 2) # a reader that warns is a reader that lost something
file <- commandArgs(trailingOnly = TRUE)[1]
strategies <- c("usual_care", "nurse", "reminders")
check <- function(what, ...) {
    if (!isTRUE(all(...))) stop(what, call. = FALSE)
    cat("ok:", what, "\n")
}

twins <- as.data.frame(h5read(file, "/twins"))
check("twins are a data frame with a row each", nrow(twins) == 2000, twins$twin == 0:1999)
check("attributes are numbers", is.double(twins$age), twins$age >= 18, twins$age <= 90)
check("categories are whole numbers with their words beside them",
    is.integer(twins$persona), twins$persona %in% 0:2)
# rhdf5 cannot read DIMENSION_LIST, which ties axes to their scales, and warns of it
attributes_of <- function(name) suppressWarnings(h5readAttributes(file, name))
words <- function(name) strsplit(attributes_of(name)$flag_meanings, " ")[[1]]
check("words of a category", words("/twins/persona") == c("eager", "steady", "wary"))
persona <- factor(twins$persona, 0:2, words("/twins/persona"))
check("the most frequent persona is steady", names(which.max(table(persona))) == "steady")
check("who never enters has no follow-up", sum(is.nan(twins$follow_up)) > 0,
    twins$enters[is.nan(twins$follow_up)] > 420)

root <- h5readAttributes(file, "/")
check("root attributes", root$status == "complete", root$n_twins == 2000, root$seed == "1",
    root$twinpath_layout == "1.3")

check("labels of the strategies", h5read(file, "/summary/strategy") == strategies)
m <- h5read(file, "/summary/persistence_mean") # R reverses dimensions: time x strategy
check("summary is time by strategy", dim(m) == c(3, 3), diff(m) < 0)
pdc <- h5read(file, "/outcomes/pdc") # twin x strategy
check("outcomes are twin by strategy", dim(pdc) == c(2000, 3))
# float32 rounds each by at most 2^-24 of values up to 1
check("means of the outcomes are the summary",
    abs(colMeans(pdc, na.rm = TRUE) - h5read(file, "/summary/pdc_mean")) < 2^-24)
check("refills differ under reminders", h5read(file, "/contrasts/refills_diff")[2] > 0)
test <- t.test(h5read(file, "/outcomes/qaly")[, 2], h5read(file, "/outcomes/qaly")[, 1], paired = TRUE)
check("R's paired t test has the same difference and standard error",
    abs(test$estimate - h5read(file, "/contrasts/qaly_diff")[1]) < 2^-23,
    abs(test$stderr - h5read(file, "/contrasts/qaly_diff_mcse")[1]) < 2^-23 / sqrt(1900))

path <- 3 * 17 + 2 # rows of R count from 1: twin 17 under nurse
s <- h5read(file, "/trajectories/row_start")[path]
n <- h5read(file, "/trajectories/row_size")[path]
check("the path is the one asked for", h5read(file, "/trajectories/path_twin")[path] == 17,
    strategies[h5read(file, "/trajectories/path_strategy")[path] + 1] == "nurse")
x <- h5read(file, "/trajectories/motivation", start = s + 1, count = n)
time <- h5read(file, "/trajectories/time", start = s + 1, count = n)
check("one life is one slice", length(x) == n, n > 1, !is.na(x), time[1] == 0, diff(time) > 0,
    h5read(file, "/trajectories/obs_path", start = s + 1, count = n) == path - 1)

events <- h5read(file, "/events/event_code")
names <- h5read(file, "/events/event_name")[events + 1]
check("events have names", sum(names == "patient.supply.due.refill") > 1000)
refills <- tabulate(h5read(file, "/events/event_path")[names == "patient.stock.dispensed"] + 1, 6000)
refills <- t(matrix(pmax(refills - 1, 0), nrow = 3)) # twin x strategy
check("refills counted from the events are the outcomes",
    (refills == h5read(file, "/outcomes/refills"))[!is.nan(twins$follow_up), ])
check("64-bit numbers arrive whole", max(h5read(file, "/trajectories/row_start")) + 0 <=
    length(h5read(file, "/trajectories/time")))
