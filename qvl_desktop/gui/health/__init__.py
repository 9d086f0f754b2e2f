"""The Check page: findings and their mends, statistics, splits."""
