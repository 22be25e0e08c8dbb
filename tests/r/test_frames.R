# The frames of twinpath.R against those of twinpath.py in a folder, then laws that are known.
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
survival_frame <- local({ source(arguments[1]); survival })
source(arguments[1])
folder <- arguments[2]
source(arguments[3])
results <- twinpath_open(file.path(folder, "results.h5"))

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

same(cost_effectiveness(results), "cost_effectiveness", "contrast")
same(net_benefit(results), "net_benefit", c("contrast", "worth"), apart = 1e-6) # of thousands
same(targets(results), "targets", "target")
trans <- attr(multistate(results, "supply"), "trans")
check("transitions are numbered as mstate's matrix is, by row", dim(trans) == c(3, 3), is.na(diag(trans)),
    na.omit(as.vector(t(trans))) == seq_len(sum(!is.na(trans))), rownames(trans) == c("covered", "due", "none"))
sets <- twinpath_open(file.path(folder, "draws.h5"))
same(summary(sets), "sets_summary", c("measure", "strategy", "time"))
same(contrasts(sets), "sets_contrasts", c("measure", "contrast", "time"))
same(draws(sets), "sets_draws", c("strategy", "parameter_set"), apart = 1e-9) # costs of thousands
same(frontier(results), "frontier", "strategy")
same(frontier(results, by_segment = TRUE), "frontier_by_segment", c("segment", "strategy"))
curve <- twinpath_open(file.path(folder, "sets.h5"))
same(acceptability(curve), "acceptability", c("strategy", "worth"))
same(plane(curve), "plane", c("contrast", "parameter_set"))
# Of a sweep: the point and its numbers stand before the rest.
swept <- twinpath_open(file.path(folder, "swept/results.h5"))
points <- points_frame(swept)
check("points are a grid, the last number fastest", points$gap == rep(c(6, 12), each = 3),
    points$supports_reminder_uptake == rep(c(0.2, 0.5, 0.7), 2), points$fate == "done")
same(points, "swept_points", "point")
of_points <- list(summary = c("measure", "strategy", "time"), contrasts = c("measure", "contrast", "time"),
    occupancy = c("track", "state", "strategy", "time"), survival = c("curve", "strategy", "time"),
    cumulative_hazard = c("curve", "strategy", "time"), cumulative_incidence = c("curve", "strategy", "time"),
    aalen_johansen = c("track", "state", "strategy", "time"), event_times = c("curve", "strategy", "quantile"),
    logrank = c("curve", "contrast"), cost_effectiveness = "contrast", net_benefit = c("contrast", "worth"),
    targets = "target", frontier = "strategy", acceptability = c("strategy", "worth"))
frame_of <- function(name) switch(name, summary = twp_summary, survival = survival_frame, get(name))
for (name in names(of_points)) {
    frame <- frame_of(name)(swept)
    if (!identical(names(frame)[1:3], c("point", "gap", "supports_reminder_uptake"))) stop(name, ": no points first")
    same(frame, paste0("swept_", name), c("point", of_points[[name]]), apart = 1e-6)
}
for (name in c("summary", "contrasts", "survival", "event_times", "frontier"))
    same(frame_of(name)(swept, by_segment = TRUE), paste0("swept_", name, "_by_segment"),
        c("point", "segment", of_points[[name]]), apart = 1e-6)
same(precision(twinpath_open(file.path(folder, "precise.h5"))), "precision", c("precision", "look"))
