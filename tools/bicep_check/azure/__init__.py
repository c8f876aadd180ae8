"""What is known about the types of Azure resources."""
