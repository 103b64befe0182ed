"""survey_scale: what people answered to the items of a survey, as one number for each org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import EVERY_ROW, Inputs, Statistic, Use, Variable, Wrong
from metricspec.measures.survey_scale import spec as block_spec
from metricspec.measures.survey_scale.answers import person_stages
from metricspec.measures.survey_scale.design import Design
from metricspec.measures.survey_scale.equations import equations
from metricspec.measures.survey_scale.orgs import org_stages
from metricspec.measures.survey_scale.schema import SCHEMA
from metricspec.measures.survey_scale.spec import SurveyScaleSpec
from metricspec.measures.survey_scale.tally import statistics, tally_stage
from metricspec.sql.stage import Step


class SurveyScale:
    """What people answered to the items of a survey, as one number for each org: a mean, a percent favorable, or a place
    on a scale.

    The dataset has one row for each person and item. A row without an answer says that the person was asked; who was
    asked and answered nothing needs one such row to count in `participation`. An answer outside `range` counts as none.
    The answers to items under `reverse` count from the other end: lowest plus highest less the answer.

    1. A person **counts** where they answered as many of the items as `answered` says. Somebody who answered at two
       schools counts at the one where they answered more.
    2. `score: mean` is the mean over people of the mean of each person's answers; `total` is that times the number of
       items. `percent_favorable` is the share of answers that are favorable: of all people's answers together
       (`pool: responses`), or the mean of people's own shares (`pool: students`). `partial_credit` places each person by
       the generalized partial credit model (Muraki 1992): log P(h) - log P(h - 1) = a (theta - step h). The place is the
       mean of theta given the answers (EAP), with `population` as what is known without them; `scale` gives it other
       units. An item that a person did not answer is left out of the product.
    3. **n counts people**, never answers: it is what privacy rules look at.

    Intervals are at 95 %. Those of means are Student's t over people. Answers of one person go together, so the
    interval of pooled answers is that of a ratio, clustered by person. Where all answers are favorable, or none, there
    is no interval. The interval of a district is over its people: it says nothing of other schools.

    Statistics: `participation`; `standard_deviation` of people's scores; `alpha` (Cronbach), over people who answered all
    items; `icc`, for orgs with three or more schools: the share of the variance that lies between schools; `standing`,
    where `standing` is written: how many standard deviations an org lies from the mean of its level, mean and standard
    deviation weighted by people.

    **Schools are not ranked.** Of four social-emotional scales in the CORE districts 3 to 8 % of the variance lay between
    schools: nearly all of it is between students of one school. The order of schools is then mostly chance, and says
    more of who was asked than of the school. That is why there is no percentile here, why each value has an interval,
    and why `icc` stands beside it.

    Below `participation_floor` nothing but the participation is reported. With a list, an org must reach the average of
    what is asked over its people: at an elementary school 40 %, in a district between 25 and 40.

    Example: `{type: survey_scale, items: [sm_1, sm_2, sm_3], range: {from: 1, to: 5}, score: percent_favorable,
    favorable: {from: 4}, pool: responses}`
    """

    name = "survey_scale"
    schema: Mapping[str, Any] = SCHEMA

    def parse(self, block: Mapping[str, Any]) -> SurveyScaleSpec:
        return block_spec.parse(block)

    def wrong(self, spec: SurveyScaleSpec) -> Sequence[Wrong]:
        return block_spec.wrong(spec)

    def share(self, spec: SurveyScaleSpec) -> bool:
        return spec.score == "percent_favorable" and spec.report == "score"

    def expressions(self, spec: SurveyScaleSpec) -> Sequence[Use]:
        uses = [Use(("item",), spec.item, "label"), Use(("response",), spec.response, "number")]
        for at, floor in enumerate(spec.floors):
            if floor.where is not None:
                uses.append(Use(("participation_floor", at, "where"), floor.where, "boolean"))
        return uses

    def sentence(self, spec: SurveyScaleSpec) -> str:
        items = f"{len(spec.items)} items ({', '.join(spec.items)})"
        of = {
            "mean": f"the mean answer to {items}, over people",
            "total": f"the mean over people of the summed answers to {items}",
            "partial_credit": f"the mean place of people on the scale of {items}, by the partial credit model",
            "percent_favorable": f"the share of answers to {items} that are {spec.favorable} or more, "
            + ("of all answers together" if spec.pool == "responses" else "as the mean of people's own shares"),
        }[spec.score]
        turned = f"; reversed: {', '.join(i for i in spec.items if i in spec.reverse)}" if spec.reverse else ""
        enough = f"; who answered fewer than {spec.fewest(len(spec.items))} of them does not count"
        parts = f"; each of {', '.join(name for name, _ in spec.parts)} by itself too" if spec.parts else ""
        asked = ", ".join(f"{one.percent} %{f' where `{one.where}`' if one.where else ''}" for one in spec.floors)
        floor = f"; not reported where fewer took part than {asked} of those asked" if asked else ""
        where = "how far from the average of its level an org is, by " if spec.report == "standing" else ""
        return f"{where}{of}{turned}{enough}{parts}{floor}"

    def formula(self, spec: SurveyScaleSpec) -> Formula:
        return equations(spec)

    def variables(self, spec: SurveyScaleSpec) -> Sequence[Variable]:
        found = [Variable("item", spec.item, "label"), Variable("response", spec.response)]
        floors = enumerate(spec.floors)
        return [*found, *(Variable(f"floor_{at}", one.where) for at, one in floors if one.where is not None)]

    def row_keys(self, spec: SurveyScaleSpec) -> Sequence[str]:
        return EVERY_ROW

    def years_before(self, spec: SurveyScaleSpec) -> int:
        return 0

    def statistics(self, spec: SurveyScaleSpec) -> Sequence[Statistic]:
        return statistics(spec)

    def stages(self, spec: SurveyScaleSpec, inputs: Inputs) -> Sequence[Step]:
        design = Design(spec, inputs)
        return (*person_stages(design), *org_stages(design), tally_stage(design))
