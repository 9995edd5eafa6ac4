"""The pages of the manager's report; the order of the menu is that of web/report_menu.py."""

from types import MappingProxyType

from permitflow.reports.page import Page
from permitflow.reports.pages import (
    ageing,
    cities,
    classes,
    clocks,
    contribution,
    data_quality,
    finished,
    flow,
    handovers,
    heat_map,
    overrides,
    overview,
    own,
    pathways,
    promises,
    quality,
    red_flags,
    step_times,
    survival,
    workload,
    worst,
)

PAGES: MappingProxyType[str, Page] = MappingProxyType(
    {
        page.id: page
        for page in (
            overview.PAGE,
            heat_map.PAGE,
            finished.PAGE,
            flow.PAGE,
            step_times.PAGE,
            ageing.PAGE,
            survival.PAGE,
            promises.PAGE,
            worst.PAGE,
            clocks.PAGE,
            pathways.PAGE,
            overrides.PAGE,
            red_flags.PAGE,
            contribution.PAGE,
            own.PAGE,
            quality.PAGE,
            handovers.PAGE,
            workload.PAGE,
            classes.PAGE,
            data_quality.PAGE,
            cities.PAGE,
        )
    }
)
"""By the last part of their address."""
