# Tools of the tests of twinpath.R; not a test, sourced by them, with the folder of Python's frames as `folder`.
check <- function(what, ...) {
    if (!isTRUE(all(...))) stop(what, call. = FALSE)
    cat("ok:", what, "\n")
}

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
    check(paste("frames are Python's:", name), nrow(frame) > 0)
}
