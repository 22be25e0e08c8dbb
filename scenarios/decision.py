# %% [markdown]
# # From nothing to a decision
#
# Which support starts and keeps people with rheumatoid arthritis on a TNF inhibitor, and is it worth its cost? The
# cells run the study, judge the model, and compare the strategies. Run it from the root of the checkout, with
# `PYTHONPATH=scripts`; `PATIENTS=2000` makes it quick. Cells begin at `# %%`, as Spyder, VS Code and jupytext read them.

# %%
import os
import pathlib

import twinpath

patients = int(os.environ["PATIENTS"]) if "PATIENTS" in os.environ else None
folder = pathlib.Path(os.environ.get("OUTPUT", "build"))
folder.mkdir(exist_ok=True)
results = twinpath.run("scenarios/studies/ra_biologic_support.yaml", patients=patients, overwrite=True,
                       output=folder / "decision.h5", progress=None)
print(results)

# %% [markdown]
# ## May the model be believed?
#
# Targets with the role `fit` made the model, those with `predict` judge it. Misses stay in the table.

# %%
targets = results.targets()
print(targets[["target", "role", "value", "tolerance", "result", "hit"]].to_string(index=False))

# %% [markdown]
# ## What do the supports change?
#
# The same twins live under every strategy, so differences are paired and their intervals narrow.

# %%
contrasts = results.contrasts()
wanted = ["primary_non_adherence_since_journey_onboarding", "pdc", "persistence", "qaly", "cost"]
table = contrasts[contrasts.measure.isin(wanted)]
print(table[["measure", "contrast", "time", "diff", "low", "high", "unit"]].to_string(index=False))
results.plot("survival", strategies=["usual_care", "all_together"]).savefig(folder / "decision_survival.png")
results.plot("occupancy", track="journey", strategies=["usual_care", "all_together"]).savefig(folder / "decision_stages.png")
results.plot("pdc").savefig(folder / "decision_pdc.png")

# %% [markdown]
# ## What does it cost, and who pays?

# %%
results.plot("cost").savefig(folder / "decision_cost.png")
print(results.cost_effectiveness()[["contrast", "icer_ratio", "icer_low", "icer_high", "icer_interval", "icer_place"]]
      .to_string(index=False))

# %% [markdown]
# ## The decision
#
# At each worth of a QALY the strategy with the highest net benefit against usual care; usual care itself has 0. The
# intervals are of the number of twins alone: they do not say how sure the numbers of the study are.

# %%
choices = {}
for worth, rows in results.net_benefit().groupby("worth"):
    best = rows.loc[rows.net_benefit.idxmax()]
    choices[worth] = best.contrast if best.net_benefit > 0 else results.strategies[0]
    print(f"A QALY worth {worth:,.0f} {results.currency}: choose {choices[worth]}; the best support, {best.contrast}, "
          f"has a net benefit of {best.net_benefit:,.0f} ({best.low:,.0f} to {best.high:,.0f}) a twin")
