# %% [markdown]
# # From nothing to a decision
#
# Which support starts more people with rheumatoid arthritis on a TNF inhibitor and keeps them on it, and is it worth
# its cost? This page checks the study, runs it, judges the model, compares the strategies, and ends in a recommendation
# with what speaks against it. It needs the program (`scripts/start.sh` builds it) and Debian's `python3-h5py`,
# `python3-pandas` and `python3-matplotlib`. `decision.ipynb` is made of `decision.py` by `scripts/notebook.py`, and a
# test runs it again and compares.

# %%
import os
import pathlib
import sys

root = next(folder for folder in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents] if (folder / "scripts/twinpath.py").exists())
os.chdir(root)
sys.path.insert(0, str(root / "scripts"))

import numpy as np
import pandas as pd

import twinpath

STUDY = "scenarios/studies/ra_biologic_support.yaml"
STAGES = ["awareness", "consideration", "decision", "onboarding", "engagement", "advocacy", "lost"]
pd.options.display.float_format = lambda x: f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"
pd.options.display.width = 120
print(twinpath.check(STUDY))

# %% [markdown]
# ## What is it made of?
#
# Every number of a study names its source. How many rest on a published figure (an id of `evidence.csv`), and how many
# are assumptions? The twelve that carry a distribution are drawn anew in the uncertainty analysis below.

# %%
params = twinpath.params(STUDY)
params["rests on"] = np.where(params.source.str.startswith("EV-"), "published figure",
                              np.where(params.source.str.startswith("assumption"), "assumption", "scale or definition"))
print(params["rests on"].value_counts().to_string())
params.loc[params.distribution.notna() & params.path.str.endswith("value"),
           ["path", "value", "source", "distribution"]].reset_index(drop=True)

# %% [markdown]
# ## The run
#
# 20,000 virtual patients live six years under usual care and five strategies, each with the same luck under all six.
# The results go into a file, which is enough to do it again (`twinpath reproduce`).

# %%
results = twinpath.run(STUDY)
results

# %% [markdown]
# ## May the model be believed?
#
# Targets with the role `fit` made the model, those with `predict` judge it. `low` and `high` are the interval of the
# result: a hit lies within the tolerance with the whole of it; where it covers a bound, it is too close to tell. A miss
# would stay in the table.

# %%
targets = results.targets()
targets[["target", "role", "value", "tolerance", "result", "low", "high", "verdict", "source"]]

# %% [markdown]
# ## What do the supports change?
#
# The same twins live under every strategy, so differences are taken twin by twin and their intervals are narrow; `saved`
# is the share of the variance that this pairing took out. Times are days, money is USD of 2023.

# %%
contrasts = results.contrasts()
wanted = {"primary_non_adherence_since_journey_onboarding": "not filled by day 90", "pdc": "PDC of a year",
          "persistence": "persistent", "qaly": "QALYs", "cost": "cost [USD]"}
table = contrasts[contrasts.measure.isin(wanted) & (contrasts.time.isna() | contrasts.time.isin([90, 365]))]
table = table.assign(measure=table.measure.map(wanted), saved=table.variance_saved,
                     time=table.time.map("{:.0f}".format).replace("nan", ""))
table.set_index(["measure", "time", "contrast"])[["diff", "low", "high", "saved"]].sort_index(level=[0, 1], sort_remaining=False)

# %% [markdown]
# How long do they stay on therapy? The curves lie close together; what the supports change shows in the paired
# differences below them.

# %%
results.plot("survival")

# %% [markdown]
# The proportion of days covered in the first year after the first fill: the supports move people across 0.8, the usual
# threshold, more than they move the mean.

# %%
results.plot("pdc", strategies=["usual_care", "nurse", "copay", "all_together"])

# %% [markdown]
# ## Whom does it help?
#
# A co-pay card helps those with commercial insurance alone; the other supports help both alike.

# %%
results.plot("differences", measure="qaly", by_segment=True)

# %% [markdown]
# ## The journey
#
# Where are people in the journey, and what way do they take? For the flow each transition must be recorded, so 3,000 twins
# live again with their events. "Ever" is the share that was in a stage for some time: four of five got a prescription
# to fill, and most are lost at last, with the supports a few fewer.

# %%
results.plot("occupancy", track="journey", strategies=["usual_care", "all_together"], order=STAGES)

# %%
lives = twinpath.run(STUDY, set={"record.events": "all"}, patients=3000, strategies=["all_together"])
lives.plot("flow", track="journey", order=STAGES, at=[0, 90, 182.625, 365.25, 730.5, 2191.5])

# %% [markdown]
# One of these lives, event by event: a twin who stopped in the second year and began again. `twinpath replay` tells why.

# %%
lives.plot("life", twin=17, strategy="all_together", tracks=["journey", "access", "therapy", "response", "side_effects", "supply"])

# %% [markdown]
# ## What does it cost, and who pays?
#
# Nearly all of it is the drug itself: who stays on it longer, pays longer.

# %%
results.plot("cost")

# %%
ratio = results.cost_effectiveness().set_index("contrast")
print("cost of a QALY gained [USD], with Fieller's interval of 95 %")
ratio[["icer_ratio", "icer_low", "icer_high", "icer_place"]]

# %% [markdown]
# ## Is it worth it?
#
# Net benefit is what the QALYs gained are worth less what they cost. Usual care has 0; above it a strategy is better.

# %%
results.plot("net_benefit")


# %%
def choose(run):
    """The strategy with the highest net benefit at each worth of a QALY; usual care has 0."""
    table = run.net_benefit().pivot(index="worth", columns="contrast", values="net_benefit")
    table.insert(0, run.strategies[0], 0.0)
    table.index = [f"{worth:,.0f}" for worth in table.index]
    return table.assign(choice=table.idxmax(axis=1)).rename_axis(index="worth of a QALY", columns=None)


choices = choose(results)
choices

# %% [markdown]
# ## How sure are the numbers themselves?
#
# The intervals above come from the number of twins alone. Here the uncertain parameters are drawn 100 times, and 300 new
# twins live under all strategies with each set. The intervals are now of what is not known about the parameters; they
# are missing where 300 twins a set are too few to tell that from chance.

# %%
uncertain = twinpath.run(STUDY, parameter_sets=100, patients=300)
rows = uncertain.contrasts()
rows = rows[rows.measure.isin(["qaly", "cost"])].set_index(["measure", "contrast"])
rows[["diff", "low", "high"]].join(contrasts[contrasts.time.isna()].set_index(["measure", "contrast"])[["low", "high"]],
                                   rsuffix=" of twins alone")

# %% [markdown]
# In how many sets would a strategy have been the best? (Of 300 twins a set a part of this is chance, so read it roughly.)

# %%
draws = uncertain.draws()
share = {}
for worth in sorted(results.net_benefit().worth.unique()):
    benefit = (worth * draws.pivot(index="parameter_set", columns="strategy", values="qaly")
               - draws.pivot(index="parameter_set", columns="strategy", values="cost"))
    share[f"{worth:,.0f}"] = benefit.idxmax(axis=1).value_counts(normalize=True)
pd.DataFrame(share).T.reindex(columns=results.strategies).fillna(0).rename_axis("worth of a QALY")

# %% [markdown]
# ## What if?
#
# The drug is nearly all of the cost. At which price of a year of it would another choice be right? `set` changes a number
# for a run; 4,000 twins do for a first look.

# %%
prices = {}
for price in (40415, 30000, 20000, 10000):
    with twinpath.run(STUDY, set={"price": f"{price} USD / year"}, patients=4000) as other:
        prices[price] = choose(other).choice
cheaper = pd.DataFrame(prices).rename_axis(index="worth of a QALY", columns="price of a year [USD]")
cheaper

# %% [markdown]
# And if nurses kept people on the drug as the upper bound of the evidence says (a hazard ratio of 0.70 in place of 0.80)?

# %%
with twinpath.run(STUDY, set={"nurse_stop": 0.7}, strategies=["nurse"]) as other:
    better = other.contrasts()
better = pd.concat({"0.80": contrasts, "0.70": better}, names=["nurse_stop"])
better = better[(better.contrast == "nurse") & better.measure.isin(["qaly", "cost"])]
better.reset_index("nurse_stop").set_index(["measure", "nurse_stop"])[["diff", "low", "high"]].sort_index()

# %% [markdown]
# ## The decision

# %%
for worth, row in choices.iterrows():
    best = row.drop(["choice", "usual_care"]).astype(float)
    print(f"A QALY worth {worth} {results.currency}: choose {row.choice}; of the supports {best.idxmax()} comes nearest, "
          f"at {best.max():,.0f} {results.currency} a twin")
for price in cheaper:
    for worth, choice in cheaper[price].items():
        if choice != "usual_care":
            print(f"With the drug at {price:,} USD a year and a QALY worth {worth}: {choice}")
judging = targets[targets.role == "predict"]
print(f"Of {len(judging)} targets that judge the model {(judging.verdict == 'hit').sum()} are hit and "
      f"{(judging.verdict == 'miss').sum()} missed; {(params['rests on'] == 'assumption').sum()} of {len(params)} numbers are "
      "assumptions")
for run in (results, lives, uncertain):
    run.close()                                                            # temporary files go

# %% [markdown]
# **Recommendation.** At the net price of the drug of today no support is worth its cost to all payers together, at any worth
# of a QALY up to 200,000 USD. Not because supports do nothing: with all of them six more of a hundred prescriptions are
# filled, and who fills stays a little longer. But what is bought with it is more of a drug that here costs some 400,000 USD
# for each QALY it gains. The question to a payer is therefore the price of the drug: at half of it a co-pay card, at a
# quarter all supports together would be right for one who gives 200,000 USD for a QALY.
#
# **What speaks against it.** The study says it itself: nurses are unlimited, so their strategies are best cases; doctors are
# not modelled; and after a stop nothing replaces the drug, so what persistence costs and what it gains are both measured
# against nothing. The sizes of the supports' effects and the gain in health (0.4 points of HAQ) are assumptions, kept below
# what self-selected studies report. Three of the five targets that judge the model lie so near their bounds that 20,000
# twins cannot tell. Who pays differs: with a co-pay card the manufacturer pays what the patient saves. Prices other than
# today's were tried with 4,000 twins and no uncertainty of the parameters. And six years are not a life: damage to joints
# that is prevented now shows later.
