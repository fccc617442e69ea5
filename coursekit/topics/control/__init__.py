"""Lesson 17, control: a pole that is balanced without seeing its speed.

exercises.py        what is asked: returns, states with resets, the actor-critic loss
answers.py          the right answers
mistakes.py         wrong ones that are known
data.py             the pole on its cart
own_environment.py  your own, from Gymnasium
actor_critic.py     how a policy is trained
model_based.py      who knows the equations: a Kalman filter and a linear regulator
task.py             policies with and without memory compared, what their states know
figures.py          poles, learning curves and velocities drawn
"""
