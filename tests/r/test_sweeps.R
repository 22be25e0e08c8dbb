# The frames, warnings and refusals of twinpath.R against those of twinpath.py in a folder.
arguments <- commandArgs(trailingOnly = TRUE)
source(arguments[1])
folder <- arguments[2]
source(arguments[3])
at <- function(name) file.path(folder, name)

sets <- twinpath_open(at("sets/results.h5"))
check("draws are a row a point, strategy and set", nrow(draws(sets)) == 6 * 2 * 8,
    names(draws(sets))[1:5] == c("point", "fee", "frail", "strategy", "parameter_set"), draws(sets)$qaly > 0)
same(draws(sets), "draws", c("point", "strategy", "parameter_set"), apart = 1e-9) # costs of thousands
check("the plane has a row a point, contrast and set", nrow(plane(sets)) == 6 * 8,
    names(plane(sets))[1:5] == c("point", "fee", "frail", "contrast", "parameter_set"))
same(plane(sets), "plane", c("point", "contrast", "parameter_set"), apart = 1e-9)
clash <- twinpath_open(at("clash/results.h5"))
beside <- twp_summary(clash)
check("a number with the name of a column stands beside it", beside$point_low == c(0.5, 2)[beside$point],
    all(beside$low <= beside$mean, na.rm = TRUE), beside$low[beside$measure == "cost"] > 2)
same(beside, "clash_summary", c("point", "measure", "strategy", "time"), apart = 1e-9)

told <- c()
for (path in c("failed/results.h5", "gaps.h5"))
    told <- c(told, tryCatch(twinpath_open(at(path)), warning = function(w) sub("points_frame", "points", conditionMessage(w))))
asked <- list(bare.h5 = c("precision", "frontier", "plane", "outcomes", "acceptability", "draws", "twins", "targets"),
    one_set.h5 = c("frontier", "acceptability", "plane"), "sets/results.h5" = c("outcomes", "twins"))
for (path in names(asked)) {
    results <- twinpath_open(at(path))
    for (name in asked[[path]])
        told <- c(told, tryCatch({
            if (path == "one_set.h5" && name == "frontier") frontier(results, by_segment = TRUE) else get(name)(results)
            paste0(path, ": ", name, " is there")
        }, error = conditionMessage))
}
wanted <- readLines(at("told.txt"))
for (i in seq_along(wanted)) check(paste("R says what Python says:", wanted[i]), identical(told[i], wanted[i]))
check("nothing more is said", length(told) == length(wanted), sum(grepl(" has no |nothing was|the study has", wanted)) >= 8,
    grepl("1 of 4 (1 failed)", wanted[1], fixed = TRUE), grepl("4 of 4 (1 failed, 3 missing)", wanted[2], fixed = TRUE))
