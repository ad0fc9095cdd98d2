"""Agreement of annotators: named definitions, coefficients, intervals."""
