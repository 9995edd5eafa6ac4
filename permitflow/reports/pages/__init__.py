"""The pages of the manager's report; the order of the menu is that of web/report_menu.py."""

from types import MappingProxyType

from permitflow.reports.page import Page
from permitflow.reports.pages import (
    ageing,
    bottlenecks,
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
from permitflow.reports.prepared_page import prepared

PAGES: MappingProxyType[str, Page] = MappingProxyType(
    {
        page.id: prepared(page)
        for page in (
            overview.PAGE,
            bottlenecks.PAGE,
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
        )
    }
    | {cities.PAGE.id: cities.PAGE}
)
"""By the last part of their address. In large cities they are prepared; that of the cities has its parts prepared itself."""
