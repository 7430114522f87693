"""The rules of the programme, pure: values in, events or a refusal out; time is always an argument."""
