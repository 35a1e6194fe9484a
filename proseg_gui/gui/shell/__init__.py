"""The window around the tabs: menus, docks, header, settings, start."""
