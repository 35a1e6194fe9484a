"""The Trainer tab: data, settings, a running training, its result, and the models that there are."""
