"""The command line. One file a verb under `cli/verbs/`; verbs import what they need when they run."""
