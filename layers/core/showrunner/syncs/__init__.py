"""What the schedules do: ask the servers, write down what they say."""
