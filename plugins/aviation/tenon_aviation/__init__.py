"""Aviation safety for Tenon: taxonomy packs, ASRS import, coding rules and label-config templates."""
