"""What a store holds, for other programs: tables, and a bundle that stands for the store itself."""
